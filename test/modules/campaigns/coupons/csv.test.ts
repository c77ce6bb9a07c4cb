import t from 'tap';
import { startApp } from '../../../support/app.ts';
import { makeCouponBatch, makeCouponDefinition } from '../../../support/coupons-world.ts';
import { must } from '../../../support/world.ts';

const app = await startApp(t);

t.test('the codes of a batch are read as CSV, all of them', async (t) => {
  const { id } = await makeCouponDefinition(app, { validUntil: '2100-01-01T00:00:00Z' });
  const batch = await makeCouponBatch(app, id, 2_500);
  await makeCouponBatch(app, id, 5);
  const answer = await app.call(`GET /v1/coupon-definitions/${id}/batches/${batch.id}/codes.csv`);
  t.equal(answer.status, 200);
  t.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
  t.equal(answer.headers['content-disposition'], 'attachment; filename="codes.csv"');
  const [head, ...lines] = String(answer.body).trimEnd().split('\n');
  t.equal(head, 'code,state,validFrom,validUntil,usesLimit');
  t.equal(lines.length, 2_500);
  t.equal(new Set(lines).size, 2_500);
  for (const line of lines) t.match(line, /^[0-9A-Z]{16},active,,2100-01-01T00:00:00\.000Z,1$/);
});

t.test('a batch of another definition is not there, nor for who may not read codes', async (t) => {
  const [one, two] = [await makeCouponDefinition(app), await makeCouponDefinition(app)];
  const batch = await makeCouponBatch(app, one.id);
  const at = (id: string) => `GET /v1/coupon-definitions/${id}/batches/${batch.id}/codes.csv`;
  t.equal((await app.call(at(two.id))).status, 404);
  const body = { kind: 'secret', name: 'Prints letters', scopes: ['coupons:write'] };
  const { key: secret } = await must(app.call('POST /v1/api-keys', { body }));
  t.equal((await app.call(at(one.id), { as: secret })).status, 403);
});

import { Type } from '@sinclair/typebox';
import t from 'tap';
import { buildDocuments } from '../../src/documents.ts';
import { defineErrors } from '../../src/platform/errors.ts';
import { collectMembers } from '../../src/platform/http/problem-members.ts';
import { allErrors } from '../../src/registry.ts';
import { startApp } from '../support/app.ts';
import { makeCheaper, makeCustomer, makeOrder, makeProduct } from '../support/world.ts';
import { readDocument } from './document.ts';

t.test('what a refusal can say is in the document and on the page of errors', async (t) => {
  const documents = await buildDocuments();
  const { Problem } = JSON.parse(documents['openapi.json'] ?? '{}').components.schemas;
  const withMembers = allErrors().filter(({ error }) => Object.keys(error.members).length > 0);
  t.ok(withMembers.length > 8, `${withMembers.length} codes say more than the standard fields`);
  for (const { error } of withMembers) {
    const row = documents['errors.md']?.split('\n').find((line) => line.includes(`id="${error.code}"`));
    for (const [name, schema] of Object.entries(error.members)) {
      t.ok(schema.description, `${error.code}: ${name} is described`);
      t.match(Problem.properties[name]?.description, `\`${error.code}\``, `${name} names ${error.code}`);
      t.notOk(Problem.required.includes(name), `${name} is not in every problem`);
      t.match(row, `\`${name}\``, `${name} stands beside ${error.code}`);
      t.match(documents['errors.md'], `| \`${name}\` | ${schema.description}`, `${name} is explained`);
    }
  }
});

t.test('a name means one thing, and a refusal says only what it declares', async (t) => {
  const { one, two, three, plain } = defineErrors({
    one: [409, 'One', { orderId: Type.String({ description: 'An order.' }) }],
    two: [409, 'Two', { orderId: Type.String({ description: 'Another order.' }) }],
    three: [409, 'Three', { detail: Type.String({ description: 'A standard field.' }) }],
    plain: [409, 'Plain'],
  });
  t.match(collectMembers([one, plain]), [{ name: 'orderId', codes: ['one'] }]);
  t.throws(() => collectMembers([one, two]), /orderId of two/);
  t.throws(() => collectMembers([three]), /every problem has a field detail/);
  t.match(one(undefined, { extra: { orderId: 'x' } }).extra, { orderId: 'x' });
  // @ts-expect-error: it is not declared
  one(undefined, { extra: { customerId: 'x' } });
  // @ts-expect-error: it is of another type
  one(undefined, { extra: { orderId: 1 } });
  // @ts-expect-error: it declares nothing
  plain(undefined, { extra: { orderId: 'x' } });
});

t.test('whoever sends no body is told that an empty object will do', async (t) => {
  const app = await startApp(t);
  const { id } = await makeOrder(app);
  const path = `POST /v1/orders/${id}/cancel`;
  const none = await app.call(path);
  t.match(none, { status: 400, body: { code: 'validation_failed', detail: /`\{\}` will do/ } });
  const headers = { 'content-type': 'application/json' };
  const empty = await app.call(path, { body: '', headers });
  t.match(empty, { status: 400, body: { detail: /`\{\}` will do/ } });
  t.match(await app.call(path, { body: { note: 5 } }), { body: { detail: /values/ } }, 'and only then');
  t.match(await app.call(path, { body: {} }), { status: 200 });
});

t.test('answers keep it, as the document says', async (t) => {
  const app = await startApp(t);
  const document = await readDocument(app);
  const fits = (operationId: string, answer: Awaited<ReturnType<typeof app.call>>) => {
    const op = document.operations.find((one) => one.operationId === operationId);
    if (!op) throw new Error(`no operation ${operationId}`);
    t.equal(document.findFault(op, answer), undefined, operationId);
  };
  const { order } = await makeCheaper(app, { productIds: [(await makeProduct(app)).id] });
  const claim = await app.call(`POST /v1/orders/${order.id}/settlements`, { body: { reason: 'price_drop' } });
  t.match(claim.body, {
    code: 'claim_refused',
    refusal: 'product_not_covered',
    refusalWords: { en: String, zh: String },
    lines: [{ lineId: String, refusal: 'product_not_covered' }],
    orderId: order.id,
  });
  fits('claimSettlement', claim);
  const { id, version } = await makeOrder(app);
  const stale = await app.call(`PATCH /v1/orders/${id}`, { body: {}, headers: { 'if-match': '"99"' } });
  t.match(stale, { status: 412, body: { currentVersion: version } });
  fits('updateOrder', stale);
  const { id: customerId } = await makeCustomer(app);
  const withdrawal = await app.call(`POST /v1/customers/${customerId}/wallet/withdrawals`, {
    body: { amount: 5 },
  });
  t.match(withdrawal, { status: 422, body: { code: 'insufficient_balance', availableAmount: 0 } });
  fits('withdrawFromWallet', withdrawal);

  // A problem that is a part of another answer goes through its schema.
  const items = [{ externalId: 'a', name: 'Chai', priceAmount: 900, referenceAmount: 1000 }];
  const shop = await app.createShop({ countryProfile: 'EU' });
  const bulk = await shop.call('POST /v1/products/bulk', { body: { mode: 'perItem', items } });
  t.match(bulk, {
    status: 207,
    body: { results: [{ error: { code: 'reference_price_not_true', rule: String, bestPriorAmount: null } }] },
  });
});

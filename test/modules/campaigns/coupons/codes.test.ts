import t from 'tap';
import { startApp } from '../../../support/app.ts';
import {
  issueCoupon,
  makeCoupon,
  makeCouponBatch,
  makeCouponDefinition,
  makeGatedCampaign,
} from '../../../support/coupons-world.ts';
import { makeCustomer, must, tokenOf } from '../../../support/world.ts';

const app = await startApp(t);
const codeOf = ({ body }: { body: { code?: string } }) => body.code;

t.test('a definition is made for a campaign that asks for a coupon', async (t) => {
  const campaignId = await makeGatedCampaign(app);
  const made = await makeCouponDefinition(app, {
    campaignId,
    validDays: 60,
    periodLimit: { uses: 1, per: 'month' },
  });
  t.match(made, {
    kind: 'discount',
    state: 'active',
    assignment: 'open',
    usesPerCodeLimit: 1,
    codesIssuedCount: 0,
    version: 1,
  });
  t.same(made.periodLimit, { uses: 1, per: 'month' });
  const open = await makeGatedCampaign(app, { isCouponRequired: false });
  const ended = await makeGatedCampaign(app, {}, 'ended');
  const stranger = await makeGatedCampaign(await app.createShop());
  const define = (body: object) => app.call('POST /v1/coupon-definitions', { body: { name: 'A', ...body } });
  t.equal(codeOf(await define({ campaignId: open })), 'coupon_campaign_open');
  t.equal(codeOf(await define({ campaignId: ended })), 'coupon_campaign_ended');
  t.equal(codeOf(await define({ campaignId: stranger })), 'coupon_campaign_not_found');
  const both = { campaignId, validDays: 3, validUntil: '2030-01-01T00:00:00Z' };
  t.equal(codeOf(await define(both)), 'coupon_validity_contradictory');
  const backwards = { campaignId, validFrom: '2030-01-02T00:00:00Z', validUntil: '2030-01-01T00:00:00Z' };
  t.equal(codeOf(await define(backwards)), 'coupon_validity_contradictory');
  t.equal(
    codeOf(await define({ campaignId, validUntil: '1990-01-01T00:00:00Z' })),
    'coupon_validity_contradictory',
  );
});

t.test('no code is issued that nobody can use any more', async (t) => {
  const definition = await makeCouponDefinition(app);
  const campaign = `POST /v1/campaigns/${definition.campaignId}`;
  await must(app.call(`${campaign}/end`, { body: { reason: 'It is over.' } }));
  const issue = `POST /v1/coupon-definitions/${definition.id}`;
  t.equal(codeOf(await app.call(`${issue}/coupons`, { body: {} })), 'coupon_campaign_ended');
  const batch = { name: 'Letters', quantity: 10 };
  t.equal(codeOf(await app.call(`${issue}/batches`, { body: batch })), 'coupon_campaign_ended');
  t.equal((await must(app.call(`GET /v1/coupon-definitions/${definition.id}`))).codesIssuedCount, 0);
});

t.test('what was issued keeps what it promised', async (t) => {
  const definition = await makeCouponDefinition(app, { validDays: 10 });
  const before = await issueCoupon(app, definition.id);
  await must(app.call(`PATCH /v1/coupon-definitions/${definition.id}`, { body: { validDays: 20 } }));
  const after = await issueCoupon(app, definition.id);
  const daysOf = (coupon: { validUntil: string; createdAt: string }) =>
    (Date.parse(coupon.validUntil) - Date.parse(coupon.createdAt)) / 86_400_000;
  t.equal(daysOf(await must(app.call(`GET /v1/coupons/${before.id}`))), 10);
  t.equal(daysOf(after), 20);
});

t.test('a generated code carries 80 bits, and no symbol that is read for another', async (t) => {
  const { id } = await makeCouponDefinition(app, { prefix: 'SUN', usesPerCodeLimit: null });
  const codes = await Promise.all(Array.from({ length: 30 }, async () => (await issueCoupon(app, id)).code));
  t.equal(new Set(codes).size, 30);
  for (const code of codes) t.match(code, /^SUN[0-9A-HJKMNP-TV-Z]{16}$/);
});

t.test('a word of the shop’s own is for open codes with more than one use, once in a shop', async (t) => {
  const { id } = await makeCouponDefinition(app, { usesPerCodeLimit: 500 });
  const made = await issueCoupon(app, id, { code: 'sum-mer 20' });
  t.equal(made.code, 'SUMMER20');
  t.equal(made.usesLimit, 500);
  const issue = (definitionId: string, body: object, shop = app) =>
    shop.call(`POST /v1/coupon-definitions/${definitionId}/coupons`, { body });
  t.equal(codeOf(await issue(id, { code: 'Summer20' })), 'coupon_code_taken');
  t.equal(codeOf(await issue(id, { code: 'Grüße' })), 'coupon_code_malformed');
  const single = await makeCouponDefinition(app);
  t.equal(codeOf(await issue(single.id, { code: 'AUTUMN20' })), 'coupon_code_not_choosable');
  const found = await must(app.call('GET /v1/coupons?code=SUM%20MER-20'));
  t.same(
    found.data.map((coupon: { id: string }) => coupon.id),
    [made.id],
  );
  const other = await app.createShop();
  const theirs = await makeCoupon(other, { usesPerCodeLimit: null }, { code: 'SUMMER20' });
  t.equal(theirs.code, 'SUMMER20', 'another shop has it too');
});

t.test('codes of an assigned definition belong to a customer, who sees their own', async (t) => {
  const [maria, other] = [await makeCustomer(app), await makeCustomer(app)];
  const { id } = await makeCouponDefinition(app, { assignment: 'assigned' });
  const issue = (body: object) => app.call(`POST /v1/coupon-definitions/${id}/coupons`, { body });
  t.equal(codeOf(await issue({})), 'coupon_customer_required');
  const open = await makeCouponDefinition(app);
  const misplaced = await app.call(`POST /v1/coupon-definitions/${open.id}/coupons`, {
    body: { customerId: maria.id },
  });
  t.equal(codeOf(misplaced), 'coupon_not_assigned');
  const coupon = await issueCoupon(app, id, { customerId: maria.id });
  await issueCoupon(app, id, { customerId: other.id });
  const as = await tokenOf(app, maria.id);
  const own = await must(app.call(`GET /v1/coupons`, { as }));
  t.same(
    own.data.map((row: { id: string }) => row.id),
    [coupon.id],
  );
  const foreign = await must(app.call(`GET /v1/coupons?customerId=${other.id}`, { as }));
  t.same(foreign.data, []);
  t.equal((await app.call(`GET /v1/coupons/${coupon.id}`, { as: await tokenOf(app, other.id) })).status, 404);
  t.equal(
    (await app.call(`POST /v1/coupon-definitions/${id}/batches`, { body: { name: 'x', quantity: 1 } }))
      .status,
    422,
  );
});

t.test('a batch is issued once, within the limit of its definition', async (t) => {
  const { id } = await makeCouponDefinition(app, { codesLimit: 25_000 });
  const batch = await makeCouponBatch(app, id, 20_001);
  t.equal(batch.quantity, 20_001);
  const more = await app.call(`POST /v1/coupon-definitions/${id}/batches`, {
    body: { name: 'x', quantity: 5_000 },
  });
  t.equal(codeOf(more), 'coupon_codes_limit_reached');
  t.equal((await must(app.call(`GET /v1/coupon-definitions/${id}`))).codesIssuedCount, 20_001);
  const { rows } = await app.deps.db.$client.query(
    'select count(*)::int as n, count(distinct code)::int as codes from coupons where batch_id = $1',
    [batch.id],
  );
  t.same(rows, [{ n: 20_001, codes: 20_001 }]);
  const page = await must(app.call(`GET /v1/coupons?batchId=${batch.id}&limit=2`));
  t.equal(page.data.length, 2);
  const next = await must(app.call(`GET /v1/coupons?batchId=${batch.id}&limit=2&cursor=${page.nextCursor}`));
  t.ok(next.data[0].id < page.data[1].id);
  const listed = await must(app.call(`GET /v1/coupon-definitions/${id}/batches`));
  t.same(listed.data, [batch]);
});

t.test('paused it issues nothing, and archived it ends', async (t) => {
  const { id } = await makeCouponDefinition(app);
  const step = (verb: string) => app.call(`POST /v1/coupon-definitions/${id}/${verb}`);
  t.equal((await step('pause')).body.state, 'paused');
  t.equal((await step('pause')).body.version, 2, 'again, it changes nothing');
  const issued = await app.call(`POST /v1/coupon-definitions/${id}/coupons`, { body: {} });
  t.equal(codeOf(issued), 'coupon_definition_not_active');
  t.equal((await step('resume')).body.state, 'active');
  t.equal((await step('archive')).body.state, 'archived');
  t.equal(codeOf(await step('resume')), 'coupon_definition_archived');
  const renamed = await app.call(`PATCH /v1/coupon-definitions/${id}`, { body: { name: 'B' } });
  t.equal(codeOf(renamed), 'coupon_definition_archived');
});

t.test('a code that belongs to somebody expires by an event; an open one by its time alone', async (t) => {
  const shop = await app.createShop();
  const maria = await makeCustomer(shop);
  const assigned = await makeCoupon(shop, { assignment: 'assigned', validDays: 2 }, { customerId: maria.id });
  const open = await makeCoupon(shop, { validDays: 2 });
  const toAt = new Date(Date.now() + 3 * 86_400_000).toISOString();
  await must(shop.call('POST /v1/test-clock/advance', { body: { toAt } }));
  t.equal((await must(shop.call(`GET /v1/coupons/${assigned.id}`))).state, 'expired');
  t.equal((await must(shop.call(`GET /v1/coupons/${open.id}`))).state, 'active');
  const check = await must(
    shop.call('POST /v1/coupons/check', {
      body: { codes: [assigned.code, open.code], customerId: maria.id },
    }),
  );
  t.same(
    check.data.map(({ reason }: { reason: string }) => reason),
    ['expired', 'expired'],
  );
  const { rows } = await app.deps.db.$client.query(
    `select subject_id from outbox where shop_id = $1 and type = 'coupon.expired'`,
    [shop.shopId],
  );
  t.same(rows, [{ subject_id: assigned.id }]);
});

t.test('a code that is revoked is refused, and revoking again changes nothing', async (t) => {
  const coupon = await makeCoupon(app);
  const revoked = await must(app.call(`POST /v1/coupons/${coupon.id}/revoke`));
  t.equal(revoked.state, 'revoked');
  t.same(await must(app.call(`POST /v1/coupons/${coupon.id}/revoke`)), revoked);
  const check = await must(app.call('POST /v1/coupons/check', { body: { codes: [coupon.code] } }));
  t.equal(check.data[0].reason, 'revoked');
});

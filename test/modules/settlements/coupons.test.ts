import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeCheaper, makeCustomer, makePaidOrder, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok, readOrder, tally, times } from '../orders/support.ts';

const app = await startApp(t, { poolSize: 16 });
const POLICY = { automaticAmount: 100_000, payoutMethods: ['coupon', 'original_payment'] };
const AS_COUPON = { payoutMethod: 'coupon' };

const claim = (shop: TestShop, orderId: string, body: object, as?: string) =>
  shop.call(`POST /v1/orders/${orderId}/settlements`, {
    body: { reason: 'price_drop', ...body },
    ...(as === undefined ? {} : { as }),
  });
const goodwill = (shop: TestShop, orderId: string, body: object) =>
  shop.call(`POST /v1/orders/${orderId}/goodwill-settlements`, { body: { amount: 500, ...body } });
const NOT_AGREED = { status: 422, body: { code: 'coupon_not_agreed', errors: [{ pointer: '/isAgreed' }] } };
const NOT_AVAILABLE = { status: 422, body: { code: 'payout_method_not_available' } };

async function makeClaimable(shop: TestShop, policy: object = POLICY) {
  const customer = await makeCustomer(shop);
  const { order } = await makeCheaper(shop, policy, { customerId: customer.id });
  return { customer, order, token: await tokenOf(shop, customer.id) };
}

t.test('a customer takes a coupon of their own free will', async (t) => {
  const shop = await app.createShop();
  const { order, token } = await makeClaimable(shop);
  const made = await ok(claim(shop, order.id, AS_COUPON, token));
  t.match(made, { state: 'settled', amount: 600, payoutMethod: 'coupon', agreedBy: 'customer' });
  t.match(await ok(shop.call('GET /v1/coupons', { as: token })), {
    data: [{ state: 'active', amount: 600, fromType: 'settlement', fromId: made.id }],
    nextCursor: null,
  });
  const stranger = await tokenOf(shop, (await makeCustomer(shop)).id);
  t.same((await ok(shop.call('GET /v1/coupons', { as: stranger }))).data, []);
  t.match(await readOrder(shop, order.id), {
    settledAmount: 600,
    refundedAmount: 0,
    dueAmount: 0,
    paymentState: 'paid',
  });
  t.same((await ok(shop.call('GET /v1/refunds'))).data, [], 'nothing goes back along the payments');
  await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  t.match(await readOrder(shop, order.id), { refundedAmount: 3000, paymentState: 'refunded' });
  t.match(await ok(shop.call('GET /v1/ledger/verify')), { holds: true });
  await checkInvariants(t, app);
});

t.test('nobody gets a coupon who did not agree', async (t) => {
  const shop = await app.createShop();
  const { order } = await makeClaimable(shop);
  t.match(await claim(shop, order.id, AS_COUPON), NOT_AGREED);
  t.match(await claim(shop, order.id, { ...AS_COUPON, isAgreed: false }), NOT_AGREED);
  t.match(await goodwill(shop, order.id, AS_COUPON), NOT_AGREED);
  t.match(await ok(goodwill(shop, order.id, { ...AS_COUPON, isAgreed: true })), {
    state: 'settled',
    agreedBy: 'api_key',
    reason: 'goodwill',
  });
  t.match(await ok(claim(shop, order.id, { ...AS_COUPON, isAgreed: true })), { agreedBy: 'api_key' });
  await t.rejects(
    app.deps.db.$client.query(`update settlements set agreed_by = null where shop_id = $1`, [shop.shopId]),
    { message: /settlements_agreed/ },
  );
  await checkInvariants(t, app);
});

t.test('no coupon for guests, nor where the promise does not have it', async (t) => {
  const shop = await app.createShop();
  const agreed = { ...AS_COUPON, isAgreed: true };
  const { order } = await makePaidOrder(shop);
  t.match(await goodwill(shop, order.id, agreed), NOT_AVAILABLE);
  const elsewhere = await app.createShop();
  const guest = await makeCheaper(elsewhere, { ...POLICY, automaticAmount: 0 });
  t.match(await claim(elsewhere, guest.order.id, agreed), NOT_AVAILABLE, 'also where a person would decide');
  const other = await makeClaimable(shop, { automaticAmount: 100_000 });
  t.match(await claim(shop, other.order.id, AS_COUPON, other.token), NOT_AVAILABLE);
});

t.test('above the automatic amount what was agreed is paid when it is approved', async (t) => {
  const shop = await app.createShop();
  const { order, customer, token } = await makeClaimable(shop, { ...POLICY, automaticAmount: 0 });
  const draft = await ok(claim(shop, order.id, AS_COUPON, token));
  t.match(draft, { state: 'draft', agreedBy: 'customer' });
  const list = () => ok(shop.call(`GET /v1/coupons?customerId=${customer.id}`));
  t.same((await list()).data, []);
  t.match(await ok(shop.call(`POST /v1/settlements/${draft.id}/approve`)), { state: 'settled' });
  t.match((await list()).data, [{ amount: 600 }]);
  await checkInvariants(t, app);
});

t.test('fifty claims at once are promised once', async (t) => {
  const shop = await app.createShop();
  const { order, customer, token } = await makeClaimable(shop);
  const answers = await Promise.all(times(50).map(() => claim(shop, order.id, AS_COUPON, token)));
  t.same(tally(answers), { 201: 1, 422: 49 });
  t.equal((await ok(shop.call(`GET /v1/coupons?customerId=${customer.id}`))).data.length, 1);
  await checkInvariants(t, app);
});

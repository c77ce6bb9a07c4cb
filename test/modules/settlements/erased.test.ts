import pg from 'pg';
import t, { type Test } from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeCustomer, makeLink, makePolicy, makeProduct } from '../../support/world.ts';
import { checkInvariants, ok, readOrder } from '../orders/support.ts';
import { act, holds, read } from './offers-support.ts';
import { buy, confirmAll, price, readSweep, runSweeps, sweepsOf } from './protection-support.ts';

const app = await startApp(t, { poolSize: 16 });
const NOT_AVAILABLE = { status: 422, body: { code: 'payout_method_not_available' } };
const GIFT = { direction: 'to_customer', reason: 'goodwill', amount: 100, payoutMethod: 'stored_value' };

const erase = (shop: TestShop, id: string) => ok(shop.call(`POST /v1/customers/${id}/erase`));
const claim = (shop: TestShop, orderId: string, body: object = {}) =>
  shop.call(`POST /v1/orders/${orderId}/settlements`, { body: { reason: 'price_drop', ...body } });
const goodwill = (shop: TestShop, orderId: string, body: object) =>
  shop.call(`POST /v1/orders/${orderId}/goodwill-settlements`, { body: { amount: 5, ...body } });

/** A customer, a guest and somebody who is to be erased buy something that is 3.00 cheaper then. */
async function makeWorld(policy: object) {
  const shop = await app.createShop();
  await makePolicy(shop, policy);
  const product = await makeProduct(shop);
  const [customer, gone] = [await makeCustomer(shop), await makeCustomer(shop)];
  const orders = {
    customer: await buy(shop, [product], { customerId: customer.id }),
    guest: await buy(shop, [product]),
    gone: await buy(shop, [product], { customerId: gone.id }),
  };
  await price(shop, product.id, 1500);
  return { shop, product, customer, gone, orders };
}

const ask = (shop: TestShop, orderId: string, body: object = {}) =>
  shop.call(`POST /v1/orders/${orderId}/price-differences/preview`, {
    body: { reason: 'price_drop', ...body },
  });

/** Nobody was given anything that nobody can take. */
async function hasNothing(t: Test, shop: TestShop, customerId: string): Promise<void> {
  t.match(await ok(shop.call(`GET /v1/customers/${customerId}/wallet`)), { balanceAmount: 0 });
  t.same((await ok(shop.call(`GET /v1/coupons?customerId=${customerId}`))).data, []);
}

t.test(
  'who was erased is given no stored value and no coupon, but their payments are paid back',
  async (t) => {
    const payoutMethods = ['original_payment', 'stored_value', 'coupon'];
    const { shop, product, gone, orders } = await makeWorld({ automaticAmount: 0, payoutMethods });
    const other = await buy(shop, [product], { customerId: gone.id });
    const draft = await ok(claim(shop, orders.gone.id, { payoutMethod: 'coupon', isAgreed: true }));
    const offered = await ok(shop.call(`POST /v1/orders/${other.id}/settlement-offers`, { body: GIFT }));
    const link = await makeLink(shop, offered.id);
    const { kept } = await erase(shop, gone.id);
    t.ok(kept.some(({ what }: { what: string }) => what === '2 settlements that are not over'));
    t.match(await shop.call(`GET /v1/settlement-links/${link.token}`, { as: null }), { status: 404 });
    t.match(await ok(act(shop, draft.id, 'approve')), {
      state: 'paying',
      payoutMethod: 'original_payment',
      agreedBy: null,
    });
    await ok(act(shop, offered.id, 'cancel'));
    for (const payoutMethod of ['stored_value', 'coupon'])
      t.match(await goodwill(shop, other.id, { payoutMethod, isAgreed: true }), NOT_AVAILABLE);
    t.match(await shop.call(`POST /v1/orders/${other.id}/settlement-offers`, { body: GIFT }), NOT_AVAILABLE);
    await confirmAll(app, shop);
    t.match(await read(shop, draft.id), { state: 'settled' });
    t.match(await readOrder(shop, orders.gone.id), { settledAmount: 300, refundedAmount: 300 });
    await hasNothing(t, shop, gone.id);
    await holds(t, app, shop);
  },
);

t.test('preview, claim and sweep say the same of a promise that is kept as stored value only', async (t) => {
  const { shop, customer, gone, orders } = await makeWorld({
    automaticAmount: 100_000,
    payoutMethods: ['stored_value'],
  });
  await erase(shop, gone.id);
  const preview = (id: string) => ok(ask(shop, id));
  const refusal = 'payout_method_not_available';
  t.match(await preview(orders.customer.id), { amount: 300, refusal: null });
  for (const { id } of [orders.guest, orders.gone]) {
    t.match(await preview(id), { amount: 0, refusal, lines: [{ amount: 0, refusal }] });
    t.match(await claim(shop, id), { status: 422, body: { code: 'claim_refused', refusal } });
  }
  await runSweeps(app, shop);
  const [{ id }] = await sweepsOf(shop);
  t.match(await readSweep(shop, id), {
    openedLineCount: 1,
    openedAmount: 300,
    refusals: [{ refusal, lineCount: 2 }],
  });
  t.match(await ok(shop.call(`GET /v1/customers/${customer.id}/wallet`)), { balanceAmount: 300 });
  await hasNothing(t, shop, gone.id);
  await checkInvariants(t, app);
});

t.test('a claim that does not say how is paid as the promise usually is', async (t) => {
  const stored = await makeWorld({ automaticAmount: 100_000, payoutMethods: ['coupon', 'stored_value'] });
  t.match(await ok(claim(stored.shop, stored.orders.customer.id)), {
    state: 'settled',
    payoutMethod: 'stored_value',
  });
  const coupon = await makeWorld({ automaticAmount: 100_000, payoutMethods: ['coupon'] });
  const { shop, orders } = coupon;
  const refusal = 'payout_method_not_available';
  t.match(await ok(ask(shop, orders.customer.id)), { amount: 0, payoutMethod: null, refusal });
  t.match(await claim(shop, orders.customer.id, { isAgreed: true }), {
    status: 422,
    body: { code: 'claim_refused', refusal },
  });
  for (const [order, payoutMethod] of [
    [orders.customer, 'stored_value'],
    [orders.guest, 'coupon'],
  ] as const) {
    t.match(await ok(ask(shop, order.id, { payoutMethod })), { amount: 0, refusal });
    t.match(await claim(shop, order.id, { payoutMethod, isAgreed: true }), NOT_AVAILABLE);
  }
  const asCoupon = { payoutMethod: 'coupon' };
  t.match(await ok(ask(shop, orders.customer.id, asCoupon)), { amount: 300, ...asCoupon, refusal: null });
  t.match(await ok(claim(shop, orders.customer.id, { ...asCoupon, isAgreed: true })), {
    state: 'settled',
    ...asCoupon,
  });
  await checkInvariants(t, app);
});

t.test('while a customer is being erased nothing is given to them, and nobody waits crosswise', async (t) => {
  const { shop, gone, orders } = await makeWorld({ automaticAmount: 0, payoutMethods: ['stored_value'] });
  const draft = await ok(claim(shop, orders.gone.id));
  const eraser = new pg.Client({ connectionString: app.url });
  await eraser.connect();
  t.teardown(() => eraser.end());
  await eraser.query('begin');
  await eraser.query('select from customers where id = $1 for update', [gone.id]);
  t.match(await act(shop, draft.id, 'approve'), { status: 409, body: { code: 'version_conflict' } });
  await eraser.query('rollback');
  t.match(await ok(act(shop, draft.id, 'approve')), { state: 'settled', payoutMethod: 'stored_value' });
  await holds(t, app, shop);
});

t.test('settlements and erasures at once leave nobody with value that is nobody’s', async (t) => {
  const shop = await app.createShop();
  const product = await makeProduct(shop, { onHandQuantity: 1_000 });
  const pairs: { customerId: string; orderId: string }[] = [];
  for (let count = 0; count < 12; count += 1) {
    const { id: customerId } = await makeCustomer(shop);
    pairs.push({ customerId, orderId: (await buy(shop, [product], { customerId })).id });
  }
  await Promise.all(
    pairs.map(async ({ customerId, orderId }) => {
      const [given, erased] = await Promise.all([
        goodwill(shop, orderId, { payoutMethod: 'stored_value' }),
        shop.call(`POST /v1/customers/${customerId}/erase`),
      ]);
      const wallet = await ok(shop.call(`GET /v1/customers/${customerId}/wallet`));
      const outcome = `${given.body.payoutMethod ?? given.status} ${erased.status} ${wallet.balanceAmount}`;
      // Given first, it cannot be erased; erased first, it is refused or goes along the payments; at once, it is to be tried again.
      t.match(outcome, /^(stored_value 409 5|(original_payment|422|409) 200 0)$/);
    }),
  );
  await holds(t, app, shop);
});

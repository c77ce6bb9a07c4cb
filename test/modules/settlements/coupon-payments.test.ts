import t from 'tap';
import { expireDueSettlements } from '../../../src/modules/settlements/expire.ts';
import { recordStatement } from '../../../src/modules/payments/outcomes.ts';
import { getPayment } from '../../../src/modules/payments/repository.ts';
import { newId } from '../../../src/platform/ids.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { standing } from '../../support/coupons-world.ts';
import { makeLink, makeOrder, makeProduct, pay } from '../../support/world.ts';
import { advance, DAY, ok, readOrder, runJobs, tally, times } from '../orders/support.ts';
import { act, confirmRefunds, holds, makeSettling, offerCharge, read } from './offers-support.ts';

const app = await startApp(t, { poolSize: 16 });

/** A customer who accepted to pay 6.00, and has a coupon of another amount. */
async function makeAccepted(shop: TestShop, couponAmount = 200) {
  const made = await makeSettling(shop);
  const body = { amount: couponAmount, payoutMethod: 'coupon', isAgreed: true };
  await ok(shop.call(`POST /v1/orders/${made.orderId}/goodwill-settlements`, { body }));
  const { id } = await offerCharge(shop, made.orderId, made.lineId);
  await ok(act(shop, id, 'accept', undefined, made.token));
  const [coupon] = await couponsOf(shop, made.customer.id);
  return { ...made, id: id as string, couponId: coupon.id as string, couponCode: coupon.code as string };
}
type Accepted = Awaited<ReturnType<typeof makeAccepted>>;

const couponsOf = async (shop: TestShop, customerId: string): Promise<any[]> =>
  (await ok(shop.call(`GET /v1/coupons?customerId=${customerId}`))).data.map(standing);
const paymentsOf = async (shop: TestShop, id: string): Promise<any[]> =>
  (await ok(shop.call(`GET /v1/settlements/${id}/payments`))).data;
const payWith = (shop: TestShop, { id, token, couponCode }: Accepted, body: object = {}) =>
  act(shop, id, 'payments', { provider: 'simulator', couponCode, ...body }, token);
const CHARGED = { chargedAmount: 600, dueAmount: 0, paymentState: 'paid' };

t.test('a coupon pays a part, and the provider is asked for the rest', async (t) => {
  const shop = await app.createShop();
  const made = await makeAccepted(shop);
  t.match(await ok(payWith(shop, made)), { provider: 'simulator', amount: 400, attemptNumber: 1 });
  t.match(await couponsOf(shop, made.customer.id), [{ state: 'held', amount: 200, takenForId: made.id }]);
  t.match(await readOrder(shop, made.orderId), { paidAmount: 3600, chargedAmount: 0 });
  await holds(t, app, shop);
  await runJobs(app);
  t.match(await read(shop, made.id), { state: 'settled', dueAt: null });
  t.match(await paymentsOf(shop, made.id), [
    { provider: 'coupon', state: 'succeeded', amount: 200 },
    { provider: 'simulator', state: 'succeeded', amount: 400 },
  ]);
  t.match(await couponsOf(shop, made.customer.id), [{ state: 'used', amount: 200, takenForId: made.id }]);
  t.match(await readOrder(shop, made.orderId), { ...CHARGED, paidAmount: 4200, refundedAmount: 0 });
  await holds(t, app, shop);
  await ok(shop.call(`POST /v1/orders/${made.orderId}/cancel`, { body: {} }));
  await confirmRefunds(app, shop);
  t.match(await couponsOf(shop, made.customer.id), [{ state: 'issued', amount: 200 }], 'back as it came');
  await holds(t, app, shop);
});

t.test('a coupon that is worth enough pays all of it at once, without a provider', async (t) => {
  const shop = await app.createShop();
  const made = await makeAccepted(shop, 900);
  const { id, token, couponCode } = made;
  t.match(await ok(act(shop, id, 'payments', { couponCode }, token)), {
    provider: 'coupon',
    state: 'succeeded',
    amount: 600,
  });
  t.match(await read(shop, id), { state: 'settled' });
  t.match(await couponsOf(shop, made.customer.id), [
    { state: 'issued', amount: 300, restOfId: made.couponId },
    { state: 'used', amount: 600 },
  ]);
  t.match(await readOrder(shop, made.orderId), { ...CHARGED, paidAmount: 4200 });
  await holds(t, app, shop);
  const lines = [{ lineId: made.lineId, quantity: 1 }];
  await ok(shop.call(`POST /v1/orders/${made.orderId}/edits`, { body: { lines } }));
  await confirmRefunds(app, shop);
  t.match(
    (await couponsOf(shop, made.customer.id)).map(({ state, amount }) => [state, amount]),
    [
      ['issued', 300],
      ['issued', 600],
    ],
    'half of the order goes back to the newest payment first',
  );
  await holds(t, app, shop);
});

t.test('what goes back in part is a coupon again, and the rest stays used', async (t) => {
  const shop = await app.createShop();
  const made = await makeAccepted(shop, 600);
  await ok(act(shop, made.id, 'payments', { couponCode: made.couponCode }, made.token));
  const cheap = await ok(
    shop.call(`POST /v1/orders/${made.orderId}/goodwill-settlements`, { body: { amount: 150 } }),
  );
  await app.settle();
  t.match(await read(shop, cheap.id), { state: 'settled' }, 'it is there at once');
  t.match(await couponsOf(shop, made.customer.id), [
    { state: 'issued', amount: 150, restOfId: made.couponId },
    { state: 'used', amount: 450 },
  ]);
  await holds(t, app, shop);
});

/** The provider says that it took the money after all. */
async function sayTaken(shop: TestShop, paymentId: string): Promise<void> {
  const ctx = await shop.ctx();
  const said = { paymentId, eventId: newId(), kind: 'succeeded', reference: 'r', failureCode: null } as const;
  await inTransaction(ctx, async (tx) =>
    recordStatement(tx, ctx, await getPayment(tx, shop.shopId, paymentId), said),
  );
}

t.test('an attempt that fails gives the coupon back, and the next one may take it', async (t) => {
  const shop = await app.createShop();
  const made = await makeAccepted(shop);
  await ok(payWith(shop, made, { simulate: 'decline' }));
  await runJobs(app);
  t.match(await read(shop, made.id), { state: 'failed' });
  t.match(await couponsOf(shop, made.customer.id), [{ state: 'issued', amount: 200 }]);
  await holds(t, app, shop);
  await ok(payWith(shop, made));
  t.match(await ok(payWith(shop, made)), { amount: 400, attemptNumber: 3 }, 'held once for both');
  await runJobs(app);
  await confirmRefunds(app, shop);
  t.match(await read(shop, made.id), { state: 'settled' });
  t.match(await readOrder(shop, made.orderId), CHARGED);
  t.match(await couponsOf(shop, made.customer.id), [{ state: 'used', amount: 200 }]);
  await holds(t, app, shop);
});

t.test('nobody paid in time: the coupon is back, and money that still comes goes back', async (t) => {
  const shop = await app.createShop();
  const made = await makeAccepted(shop);
  const { id: paymentId } = await ok(payWith(shop, made, { delaySeconds: 3600 }));
  await advance(shop, 4 * DAY);
  t.match(await read(shop, made.id), { state: 'expired' });
  t.match(
    await paymentsOf(shop, made.id),
    [{ state: 'cancelled' }],
    'its provider is asked for nothing more',
  );
  t.match(await couponsOf(shop, made.customer.id), [{ state: 'issued', amount: 200 }]);
  await sayTaken(shop, paymentId);
  t.match(await paymentsOf(shop, made.id), [{ amount: 400, refundedAmount: 400 }]);
  t.match(await couponsOf(shop, made.customer.id), [{ state: 'issued', amount: 200 }]);
  await runJobs(app);
  await holds(t, app, shop);
});

t.test('money that came without its coupon goes back, and does not count for the next attempt', async (t) => {
  const shop = await app.createShop();
  const made = await makeAccepted(shop);
  const first = await ok(payWith(shop, made, { simulate: 'decline' }));
  await runJobs(app);
  await sayTaken(shop, first.id);
  t.match(await paymentsOf(shop, made.id), [{ amount: 400, refundedAmount: 400 }]);
  await ok(payWith(shop, made));
  await runJobs(app);
  t.match(await read(shop, made.id), { state: 'settled' });
  t.match(await couponsOf(shop, made.customer.id), [{ state: 'used', amount: 200 }]);
  t.match(await readOrder(shop, made.orderId), CHARGED);
  await holds(t, app, shop);
});

t.test('who pays without the coupon that is held gets it back', async (t) => {
  const shop = await app.createShop();
  const made = await makeAccepted(shop);
  await ok(payWith(shop, made, { delaySeconds: 3600 }));
  await ok(act(shop, made.id, 'payments', { provider: 'manual' }));
  t.match(await read(shop, made.id), { state: 'settled' });
  t.match(await couponsOf(shop, made.customer.id), [{ state: 'issued', amount: 200 }]);
  await holds(t, app, shop);
});

t.test('of two coupons that are held, the one that came with the money is used', async (t) => {
  const shop = await app.createShop();
  const made = await makeAccepted(shop);
  const other = await makeOrder(shop, { customerId: made.customer.id });
  await pay(shop, other.id);
  const body = { amount: 200, payoutMethod: 'coupon', isAgreed: true };
  await ok(shop.call(`POST /v1/orders/${other.id}/goodwill-settlements`, { body }));
  const [newer] = await couponsOf(shop, made.customer.id);
  await ok(payWith(shop, made, { delaySeconds: 3600 }));
  const { id } = await ok(payWith(shop, { ...made, couponCode: newer.code }, { delaySeconds: 3600 }));
  await sayTaken(shop, id);
  t.match(await couponsOf(shop, made.customer.id), [
    { id: newer.id, state: 'used' },
    { id: made.couponId, state: 'issued' },
  ]);
  await holds(t, app, shop);
});

t.test('a coupon is its owner’s, and no way to pay by itself', async (t) => {
  const shop = await app.createShop();
  const made = await makeAccepted(shop);
  const { id, token, couponCode } = made;
  const other = await makeAccepted(shop);
  const notUsable = { status: 409, body: { code: 'coupon_not_usable' } };
  t.match(await payWith(shop, made, { couponCode: other.couponCode }), notUsable);
  t.match(await payWith(shop, made, { couponCode: 'NOSUCHCODE' }), notUsable);
  const notAvailable = { status: 422, body: { code: 'provider_not_available' } };
  t.match(await payWith(shop, made, { provider: 'coupon' }), notAvailable);
  t.match(await act(shop, id, 'payments', { couponCode }, token), notAvailable, 'it pays a part only');
  t.match(await act(shop, id, 'payments', {}, token), notAvailable);
  const link = await makeLink(shop, id);
  const body = { provider: 'simulator', couponCode };
  t.match(await shop.call(`POST /v1/settlement-links/${link.token}/pay`, { body, as: null }), notAvailable);
  const byCoupon = { body: { provider: 'coupon' } };
  const unpaid = await shop.call(`POST /v1/orders/${made.orderId}/payments`, byCoupon);
  t.equal(unpaid.status, 409, 'the order is paid');
  t.notMatch((await read(shop, id)).waysToPay, ['coupon']);
  t.match(await couponsOf(shop, made.customer.id), [{ state: 'issued' }]);
  await holds(t, app, shop);
});

t.test('an upgrade is paid with a coupon in the same call', async (t) => {
  const shop = await app.createShop();
  const made = await makeAccepted(shop, 800);
  const { id: productId } = await makeProduct(shop, { priceAmount: 2000 });
  await ok(act(shop, made.id, 'cancel'));
  const { payment, settlement } = await ok(
    shop.call(`POST /v1/orders/${made.orderId}/lines/${made.lineId}/upgrade`, {
      body: { productId, payment: { couponCode: made.couponCode, provider: 'simulator' } },
      as: made.token,
    }),
  );
  // 40.00 instead of the 28.00 that the goodwill left of the price.
  t.match(settlement, { state: 'paying', amount: 1200 });
  t.match(payment, { provider: 'simulator', amount: 400 });
  await runJobs(app);
  t.match(await read(shop, settlement.id), { state: 'settled' });
  t.match(await couponsOf(shop, made.customer.id), [{ state: 'used', amount: 800 }]);
  t.match(await readOrder(shop, made.orderId), { netTotalAmount: 4000, dueAmount: 0 });
  await holds(t, app, shop);
});

t.test('fifty pay at once with one coupon for two settlements: it is spent once', async (t) => {
  const shop = await app.createShop();
  const made = await makeAccepted(shop, 600);
  const freight = { direction: 'from_customer', reason: 'freight', amount: 600 };
  const other = await ok(shop.call(`POST /v1/orders/${made.orderId}/settlement-offers`, { body: freight }));
  await ok(act(shop, other.id, 'accept', undefined, made.token));
  const answers = await Promise.all(
    times(50).map((at) => {
      const id = at % 2 === 0 ? made.id : (other.id as string);
      const body = at % 3 === 0 ? { provider: 'simulator' } : {};
      return payWith(shop, { ...made, id }, body);
    }),
  );
  t.equal(tally(answers)[201], 1, JSON.stringify(tally(answers)));
  t.match(await couponsOf(shop, made.customer.id), [{ state: 'used', amount: 600 }]);
  t.equal((await readOrder(shop, made.orderId)).chargedAmount, 600);
  await holds(t, app, shop);
});

t.test('paid by coupon and money, without it, and swept, all at once: the books stay whole', async (t) => {
  const shop = await app.createShop();
  for (const round of times(3)) {
    const made = await makeAccepted(shop);
    const late = { now: () => new Date(Date.now() + 4 * DAY * 60_000) };
    const ctx = await shop.ctx();
    await Promise.allSettled([
      ...times(10).map(() => payWith(shop, made)),
      ...times(3).map(() =>
        act(shop, made.id, 'payments', { provider: 'manual', couponCode: made.couponCode }),
      ),
      ...times(3).map(() => act(shop, made.id, 'payments', { provider: 'manual' })),
      ...(round === 1 ? times(2).map(() => expireDueSettlements({ ...ctx, now: late.now() })) : []),
    ]);
    await runJobs(app);
    await confirmRefunds(app, shop);
    const { state } = await read(shop, made.id);
    t.ok(['settled', 'expired'].includes(state), state);
    const order = await readOrder(shop, made.orderId);
    t.match(order, { chargedAmount: state === 'settled' ? 600 : 0, dueAmount: 0 });
    await holds(t, app, shop);
  }
});

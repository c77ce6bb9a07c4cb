import t from 'tap';
import { cancelCharge, chargePayment } from '../../../../src/modules/payments/provider-calls.ts';
import { checkInvariants, ok, readOrder, refundsOf, runJobs } from '../../orders/support.ts';
import { intentFor, readPayment, startCharge, startWorld } from './support.ts';

const world = await startWorld(t);
const { app, stripe } = world;

const cancelOrder = (shop: { call: typeof app.call }, id: string) =>
  ok(shop.call(`POST /v1/orders/${id}/cancel`, { body: {} }));

t.test('an order that is cancelled before its charge began is never charged', async (t) => {
  const { shop, account } = await world.addShop();
  const { order, payment } = await startCharge(shop);
  await cancelOrder(shop, order.id);
  await runJobs(app);
  t.equal(account.intents.size, 0);
  t.match(await readPayment(shop, payment.id), { state: 'cancelled' });
});

t.test('cancelled while the intent is opened: it is not confirmed, but cancelled at Stripe', async (t) => {
  const { shop, account } = await world.addShop();
  const { order, payment } = await startCharge(shop);
  const held = stripe.hold('POST /v1/payment_intents');
  const charging = chargePayment(app.deps, { shopId: shop.shopId, paymentId: payment.id });
  await held.arrived;
  await cancelOrder(shop, order.id);
  await cancelCharge(app.deps, { shopId: shop.shopId, paymentId: payment.id });
  held.release();
  await charging;
  await runJobs(app);
  t.equal(intentFor(account, payment.id).status, 'canceled');
  t.same(account.totals(), { captured: 0, refunded: 0 });
  t.match(await readPayment(shop, payment.id), { state: 'cancelled' });
});

t.test('cancelled while the money is taken: it goes back, whoever is told first', async (t) => {
  for (const answer of ['none', undefined] as const) {
    const { shop, account } = await world.addShop();
    const { order, payment } = await startCharge(shop);
    const held = stripe.hold('/confirm');
    if (answer) stripe.fail({ on: '/confirm', answer, after: true });
    const job = { shopId: shop.shopId, paymentId: payment.id };
    const charging = chargePayment(app.deps, job).catch((error: Error) => error);
    await held.arrived;
    // The confirmation has reached Stripe and is not done: cancelling is either refused, or comes first.
    await cancelOrder(shop, order.id);
    held.release();
    await charging;
    await cancelCharge(app.deps, job);
    await runJobs(app);
    t.match(await readPayment(shop, payment.id), { state: 'succeeded', refundedAmount: 3600 });
    t.match(await readOrder(shop, order.id), { status: 'cancelled', paidAmount: 3600, refundedAmount: 3600 });
    t.match(await refundsOf(shop, order.id), [{ state: 'succeeded', reason: 'cancellation' }]);
    t.same(account.totals(), { captured: 3600, refunded: 3600 });
  }
});

t.test('cancelled at Stripe before the confirmation comes: nothing is taken', async (t) => {
  const { shop, account } = await world.addShop();
  const { order, payment } = await startCharge(shop);
  const held = stripe.hold('/confirm');
  const job = { shopId: shop.shopId, paymentId: payment.id };
  const charging = chargePayment(app.deps, job);
  await held.arrived;
  await cancelOrder(shop, order.id);
  await cancelCharge(app.deps, job);
  held.release();
  await charging;
  await runJobs(app);
  t.match(await readPayment(shop, payment.id), { state: 'cancelled' });
  t.same(account.totals(), { captured: 0, refunded: 0 });
});

t.test('a lapse closes the attempt at Stripe, so that a late customer cannot pay', async (t) => {
  const { shop, account } = await world.addShop();
  const { order, payment } = await startCharge(shop, { provider: 'stripe' });
  await app.settle();
  stripe.fail({ on: '/cancel', answer: '500' });
  await ok(shop.call('POST /v1/test-clock/advance', { body: { byMinutes: 49 * 60 } }));
  t.match(await readOrder(shop, order.id), { status: 'cancelled', cancelReason: 'lapsed' });
  await runJobs(app);
  t.equal(intentFor(account, payment.id).status, 'canceled');
  const { rows } = await app.deps.db.$client.query('select reconcile_due_at from payments where id = $1', [
    payment.id,
  ]);
  t.same(rows, [{ reconcile_due_at: null }], 'and nobody asks any more');
});

t.test('at the end the books are right', (t) => checkInvariants(t, app));

import t from 'tap';
import {
  advance,
  checkInvariants,
  DAY,
  HOUR,
  ok,
  readOrder,
  refundsOf,
  runJobs,
} from '../../orders/support.ts';
import { makeOrder, pay } from '../../../support/world.ts';
import { intentFor, readPayment, startCharge, type StripeShop, startWorld } from './support.ts';

const world = await startWorld(t);
const { app, stripe } = world;

/** Cash on delivery does not lapse: what ends an attempt here is the asking. */
async function startLasting({ shop }: StripeShop, body: object) {
  const order = await makeOrder(shop, { terms: 'cash_on_delivery' });
  return { order, payment: await pay(shop, order.id, body) };
}

const dropJobs = () => app.deps.db.$client.query('delete from graphile_worker._private_jobs');

async function advanceAndAsk({ shop }: StripeShop, minutes: number) {
  const { changedCount } = await advance(shop, minutes);
  await runJobs(app);
  return changedCount as number;
}

t.test('what Stripe took and nobody told is found after an hour', async (t) => {
  const one = await world.addShop();
  const { order, payment } = await startLasting(one, { provider: 'stripe' });
  await app.settle();
  one.account.capture(intentFor(one.account, payment.id));
  await advanceAndAsk(one, 59);
  t.match(await readPayment(one.shop, payment.id), { state: 'processing' });
  t.equal(await advanceAndAsk(one, 2), 1);
  t.match(await readPayment(one.shop, payment.id), { state: 'succeeded' });
  t.match(await readOrder(one.shop, order.id), { paymentState: 'paid' });
  t.equal(await advanceAndAsk(one, 30 * DAY), 0, 'then it is certain');
});

t.test('a charge whose job gave up after the money moved is found', async (t) => {
  const one = await world.addShop();
  const { payment } = await startLasting(one, { provider: 'stripe', paymentMethod: 'pm_card_visa' });
  stripe.fail({ on: '/confirm', answer: 'none', after: true });
  await app.settle();
  await dropJobs();
  await advanceAndAsk(one, 61);
  t.match(await readPayment(one.shop, payment.id), { state: 'succeeded' });
  t.same(one.account.totals(), { captured: 3600, refunded: 0 });
});

t.test('what was never heard of has failed after a day, and is not charged later', async (t) => {
  const one = await world.addShop();
  const { payment } = await startLasting(one, { provider: 'stripe', paymentMethod: 'pm_card_visa' });
  const { rows } = await app.deps.db.$client.query('select 1 from graphile_worker._private_jobs');
  t.ok(rows.length > 0);
  await dropJobs();
  await advanceAndAsk(one, 8 * HOUR);
  t.match(await readPayment(one.shop, payment.id), { state: 'created' });
  await advanceAndAsk(one, DAY);
  t.match(await readPayment(one.shop, payment.id), { state: 'failed', failureCode: 'not_known_to_provider' });
  t.equal(one.account.intents.size, 0);
});

t.test('what waits for a customer who never comes is closed after a week', async (t) => {
  const one = await world.addShop();
  const { payment } = await startLasting(one, { provider: 'stripe' });
  await app.settle();
  await advanceAndAsk(one, 6 * DAY);
  t.match(await readPayment(one.shop, payment.id), { state: 'processing' });
  await advanceAndAsk(one, 2 * DAY);
  t.match(await readPayment(one.shop, payment.id), { state: 'failed', failureCode: 'canceled' });
  t.equal(intentFor(one.account, payment.id).status, 'canceled');
});

t.test('a slow bank is waited for; the clock stops a few times, not for ever', async (t) => {
  const one = await world.addShop();
  const { order, payment } = await startLasting(one, { provider: 'stripe', paymentMethod: 'pm_bankDebit' });
  await app.settle();
  t.match(await readPayment(one.shop, payment.id), { state: 'processing', providerStatus: 'processing' });
  t.equal(await advanceAndAsk(one, 30 * DAY), 8);
  t.match(await readPayment(one.shop, payment.id), { state: 'processing' });
  await ok(one.shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  await runJobs(app);
  t.match(await readPayment(one.shop, payment.id), { state: 'cancelled' });
  one.account.capture(intentFor(one.account, payment.id));
  await advanceAndAsk(one, 8 * DAY);
  t.match(await readOrder(one.shop, order.id), {
    status: 'cancelled',
    paidAmount: 3600,
    refundedAmount: 3600,
  });
  t.same(one.account.totals(), { captured: 3600, refunded: 3600 });
});

t.test('a refund of which nothing was heard is asked about', async (t) => {
  const one = await world.addShop();
  one.account.refundWith('pending');
  const { order } = await startCharge(one.shop);
  await app.settle();
  await ok(one.shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  await app.settle();
  const [made] = one.account.refunds;
  if (!made) throw new Error('nothing was given back');
  made.status = 'succeeded';
  await advanceAndAsk(one, 61);
  t.match(await refundsOf(one.shop, order.id), [{ state: 'succeeded', reference: made.id }]);
  t.equal(one.account.refunds.length, 1);
  t.equal(await advanceAndAsk(one, 30 * DAY), 0);
});

t.test('a simulator that was never called has an end as well', async (t) => {
  const shop = await app.createShop();
  const order = await makeOrder(shop, { terms: 'cash_on_delivery' });
  const payment = await pay(shop, order.id, { provider: 'simulator' });
  await dropJobs();
  await advance(shop, 32 * HOUR);
  await runJobs(app);
  t.match(await readPayment(shop, payment.id), { state: 'failed', failureCode: 'not_known_to_provider' });
});

t.test('at the end the books are right', (t) => checkInvariants(t, app));

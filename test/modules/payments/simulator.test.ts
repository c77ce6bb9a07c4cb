import t from 'tap';
import { startApp } from '../../support/app.ts';
import { makeOrder, pay } from '../../support/world.ts';
import {
  addCustomer,
  advance,
  checkInvariants,
  HOUR,
  ok,
  readOrder,
  readStock,
  refundsOf,
  runJobs,
  simulatorBooks,
  timelineOf,
} from '../orders/support.ts';

const app = await startApp(t);

const payWith = (orderId: string, simulate: string, more: object = {}) =>
  pay(app, orderId, { provider: 'simulator', simulate, ...more });
const readPayment = (id: string) => ok(app.call(`GET /v1/payments/${id}`));
const statementsOf = async (id: string): Promise<string[]> =>
  (await ok(app.call(`GET /v1/payments/${id}/statements`))).data.map((row: any) => row.kind);

t.test('succeed: the provider takes the money after the answer', async (t) => {
  const order = await makeOrder(app);
  const payment = await payWith(order.id, 'succeed');
  t.match(payment, { state: 'created', attemptNumber: 1, amount: 3600, succeededAt: null });
  t.equal(await simulatorBooks(app, payment.id), undefined, 'no provider is called inside the transaction');
  t.equal((await readOrder(app, order.id)).status, 'pending');
  await app.settle();
  t.match(await readPayment(payment.id), { state: 'succeeded', reference: `sim-${payment.id}` });
  t.match(await readOrder(app, order.id), { status: 'paid', paymentState: 'paid', dueAmount: 0 });
  t.same(await simulatorBooks(app, payment.id), { calls: 1, moved: 3600 });
});

t.test('decline: the order stays open and the next attempt has number 2', async (t) => {
  const order = await makeOrder(app);
  const first = await payWith(order.id, 'decline');
  await app.settle();
  t.match(await readPayment(first.id), { state: 'failed', failureCode: 'card_declined', succeededAt: null });
  t.match(await readOrder(app, order.id), { status: 'pending', paymentState: 'unpaid', paidAmount: 0 });
  t.equal(await simulatorBooks(app, first.id), undefined, 'no money moved');
  const second = await payWith(order.id, 'succeed');
  t.equal(second.attemptNumber, 2);
  t.not(second.id, first.id);
  await app.settle();
  t.equal((await readOrder(app, order.id)).status, 'paid');
  t.same(await timelineOf(app, order.id), [
    'placed',
    'payment_started',
    'payment_failed',
    'payment_started',
    'payment_succeeded',
    'paid',
  ]);
  const { data } = await ok(app.call(`GET /v1/orders/${order.id}/payments`));
  t.same(
    data.map((payment: any) => [payment.attemptNumber, payment.state]),
    [
      [2, 'succeeded'],
      [1, 'failed'],
    ],
  );
});

t.test('time_out_after_capture: called twice, taken once', async (t) => {
  const order = await makeOrder(app);
  const payment = await payWith(order.id, 'time_out_after_capture');
  await app.settle();
  t.equal((await readPayment(payment.id)).state, 'created', 'nothing was heard');
  t.same(await simulatorBooks(app, payment.id), { calls: 1, moved: 3600 });
  await runJobs(app);
  t.same(await simulatorBooks(app, payment.id), { calls: 2, moved: 3600 });
  t.match(await readPayment(payment.id), { state: 'succeeded' });
  t.match(await readOrder(app, order.id), { status: 'paid', paidAmount: 3600, refundedAmount: 0 });
});

t.test('time_out_after_capture, and the order is cancelled before anything is heard', async (t) => {
  const order = await makeOrder(app);
  const payment = await payWith(order.id, 'time_out_after_capture');
  await app.settle();
  await ok(app.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  t.equal((await readPayment(payment.id)).state, 'cancelled');
  await runJobs(app);
  t.match(await readPayment(payment.id), { state: 'succeeded', refundedAmount: 3600 });
  const [refund] = await refundsOf(app, order.id);
  t.match(refund, { amount: 3600, reason: 'cancellation', state: 'succeeded' });
  t.match(await simulatorBooks(app, refund.id), { moved: -3600 }, 'the money that was taken goes back');
  t.match(await readOrder(app, order.id), { status: 'cancelled', paymentState: 'refunded', dueAmount: 0 });
});

t.test('an attempt that was cancelled before its provider was called is never charged', async (t) => {
  const order = await makeOrder(app);
  const payment = await payWith(order.id, 'succeed');
  await ok(app.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  await runJobs(app);
  t.equal((await readPayment(payment.id)).state, 'cancelled');
  t.equal(await simulatorBooks(app, payment.id), undefined);
});

t.test('call_back_twice: the second says nothing new', async (t) => {
  const order = await makeOrder(app);
  const payment = await payWith(order.id, 'call_back_twice');
  await runJobs(app);
  t.same(await statementsOf(payment.id), ['processing', 'succeeded']);
  t.match(await readOrder(app, order.id), { status: 'paid', paidAmount: 3600, refundedAmount: 0 });
  t.equal((await timelineOf(app, order.id)).filter((kind) => kind === 'payment_succeeded').length, 1);
  t.same(await simulatorBooks(app, payment.id), { calls: 1, moved: 3600 });
});

t.test('call_back_out_of_order: what is late changes nothing', async (t) => {
  const order = await makeOrder(app);
  const payment = await payWith(order.id, 'call_back_out_of_order');
  await runJobs(app);
  t.equal((await readPayment(payment.id)).state, 'succeeded');
  t.match(await readOrder(app, order.id), { status: 'paid', paidAmount: 3600 });
});

t.test('call_back_late: the order lapsed meanwhile, so all of it goes back', async (t) => {
  const shop = await app.createShop();
  const order = await makeOrder(shop);
  const payment = await pay(shop, order.id, {
    provider: 'simulator',
    simulate: 'call_back_late',
    delaySeconds: 3600,
  });
  await app.settle();
  t.equal((await ok(shop.call(`GET /v1/payments/${payment.id}`))).state, 'processing');
  await advance(shop, 49 * HOUR);
  t.match(await readOrder(shop, order.id), { status: 'cancelled', cancelReason: 'lapsed', paidAmount: 0 });
  t.equal((await ok(shop.call(`GET /v1/payments/${payment.id}`))).state, 'cancelled');
  await runJobs(app);
  t.match(await readOrder(shop, order.id), {
    status: 'cancelled',
    paymentState: 'refunded',
    paidAmount: 3600,
    refundedAmount: 3600,
    dueAmount: 0,
  });
  const [refund] = await refundsOf(shop, order.id);
  t.match(refund, { amount: 3600, reason: 'cancellation', state: 'succeeded' });
  t.same(await simulatorBooks(app, refund.id), { calls: 1, moved: -3600 });
  t.equal((await readStock(shop, order.lines[0].productId)).reservedQuantity, 0, 'stock went back once');
});

t.test('who may use which provider', async (t) => {
  const customer = await addCustomer(app);
  const order = await makeOrder(app, { customerId: customer.id });
  const url = `POST /v1/orders/${order.id}/payments`;
  const manual = await app.call(url, { body: { provider: 'manual' }, as: customer.token });
  t.match(
    [manual.status, manual.body.code, manual.body.errors[0].pointer],
    [422, 'provider_not_available', '/provider'],
  );
  const stranger = await addCustomer(app);
  const foreign = await app.call(url, { body: { provider: 'simulator' }, as: stranger.token });
  t.equal(foreign.status, 404);
  t.equal((await app.call(url, { body: { provider: 'simulator' }, as: customer.token })).status, 201);
  t.equal((await app.call(url, { body: { provider: 'alipay' } })).status, 400);

  const live = await app.createShop({ mode: 'live' });
  const real = await makeOrder(live);
  const refused = await live.call(`POST /v1/orders/${real.id}/payments`, { body: { provider: 'simulator' } });
  t.match([refused.status, refused.body.code], [422, 'provider_not_available']);
  t.same(await timelineOf(live, real.id), ['placed'], 'a refusal leaves nothing behind');
  t.match(await pay(live, real.id), { state: 'succeeded', provider: 'manual' });
});

t.test('at the end the books are right', (t) => checkInvariants(t, app));

import t from 'tap';
import { cancelOrder } from '../../../src/modules/orders/cancel.ts';
import { payOrder } from '../../../src/modules/orders/pay.ts';
import { startApp } from '../../support/app.ts';
import { makeOrder, makePaidOrder, pay } from '../../support/world.ts';
import {
  addCustomer,
  checkInvariants,
  ok,
  readOrder,
  readStock,
  refundsOf,
  runJobs,
  simulatorBooks,
  timelineOf,
} from './support.ts';

const app = await startApp(t);
const post = (orderId: string, verb: string, body: object = {}) =>
  app.call(`POST /v1/orders/${orderId}/${verb}`, { body });
const manual = (amount?: number) => ({ provider: 'manual', ...(amount === undefined ? {} : { amount }) });

t.test('partial payments add up, and too much is refused', async (t) => {
  const order = await makeOrder(app);
  await pay(app, order.id, manual(1000));
  const partly = await readOrder(app, order.id);
  t.match(partly, { status: 'pending', paymentState: 'partial', paidAmount: 1000, dueAmount: 2600 });
  t.ok(partly.reservedUntil, 'what is paid in part still lapses');
  const refused = await post(order.id, 'payments', manual(2601));
  t.match([refused.status, refused.body.code, refused.body.dueAmount], [422, 'payment_too_large', 2600]);
  t.match(refused.body.errors, [{ pointer: '/amount' }]);
  t.match(await pay(app, order.id, manual()), { amount: 2600, attemptNumber: 2 });
  t.match(await readOrder(app, order.id), { status: 'paid', paymentState: 'paid', reservedUntil: null });
  const more = await post(order.id, 'payments', manual(1));
  t.match([more.status, more.body.code], [409, 'order_not_payable']);
  t.same(
    (await timelineOf(app, order.id)).filter((kind) => kind === 'paid'),
    ['paid'],
  );
});

t.test('a manual payment names who recorded it and what was written', async (t) => {
  const order = await makeOrder(app);
  const payment = await pay(app, order.id, { provider: 'manual', reference: 'Receipt 118' });
  t.match(payment, { state: 'succeeded', reference: 'Receipt 118', currency: 'USD', subjectId: order.id });
  const { data } = await ok(app.call(`GET /v1/orders/${order.id}/timeline`));
  const entry = data.find(({ kind }: any) => kind === 'payment_succeeded');
  t.match(entry, { actorKind: 'api_key', details: { provider: 'manual', amount: 3600 } });
});

t.test('cancelling an unpaid order gives back the goods', async (t) => {
  const order = await makeOrder(app);
  const cancelled = await ok(post(order.id, 'cancel', { note: 'Ordered by mistake.' }));
  t.match(cancelled, { status: 'cancelled', cancelReason: 'shop', paymentState: 'unpaid', dueAmount: 0 });
  t.ok(cancelled.cancelledAt);
  t.equal(cancelled.reservedUntil, null);
  t.equal((await readStock(app, order.lines[0].productId)).reservedQuantity, 0);
  t.same(await refundsOf(app, order.id), []);
  const again = await ok(post(order.id, 'cancel'));
  t.equal(again.version, cancelled.version, 'cancelling again changes nothing');
  t.match((await post(order.id, 'payments', manual())).body, { code: 'order_not_payable', status: 409 });
  t.match((await post(order.id, 'ship')).body, { code: 'order_not_shippable' });
  t.match((await post(order.id, 'lower-price', { reductionAmount: 1, reason: 'x' })).body, {
    code: 'order_not_repricable',
  });
});

t.test('cancelling what was paid in cash opens a refund for staff', async (t) => {
  const { order } = await makePaidOrder(app);
  t.match(await ok(post(order.id, 'cancel')), { paymentState: 'refunded', refundedAmount: 3600 });
  t.match(await refundsOf(app, order.id), [{ amount: 3600, state: 'pending', reason: 'cancellation' }]);
});

t.test('cancelling what the simulator took gives it back by a job', async (t) => {
  const customer = await addCustomer(app);
  const order = await makeOrder(app, { customerId: customer.id });
  const payment = await pay(app, order.id, { provider: 'simulator' });
  await app.settle();
  const answer = await app.call(`POST /v1/orders/${order.id}/cancel`, { body: {}, as: customer.token });
  t.match(answer.body, { status: 'cancelled', cancelReason: 'customer', paymentState: 'refunded' });
  const [refund] = await refundsOf(app, order.id);
  t.equal(refund.state, 'pending', 'no provider is called inside the transaction');
  t.equal(await simulatorBooks(app, refund.id), undefined);
  await app.settle();
  t.equal((await refundsOf(app, order.id))[0].state, 'succeeded');
  t.same(await simulatorBooks(app, refund.id), { calls: 1, moved: -3600 });
  t.match(await ok(app.call(`GET /v1/payments/${payment.id}`)), { state: 'succeeded', refundedAmount: 3600 });
});

t.test('cancelling what was paid in part gives back that part, each along its way', async (t) => {
  const order = await makeOrder(app);
  await pay(app, order.id, manual(1000));
  const electronic = await pay(app, order.id, { provider: 'simulator', amount: 500 });
  await app.settle();
  const waiting = await pay(app, order.id, { provider: 'simulator' });
  t.match(await ok(post(order.id, 'cancel')), { paymentState: 'refunded', refundedAmount: 1500 });
  await runJobs(app);
  t.match(await refundsOf(app, order.id), [
    { amount: 500, paymentId: electronic.id, state: 'succeeded' },
    { amount: 1000, state: 'pending' },
  ]);
  t.equal((await ok(app.call(`GET /v1/payments/${waiting.id}`))).state, 'cancelled');
  t.same(await timelineOf(app, order.id), [
    'placed',
    'payment_started',
    'payment_succeeded',
    'payment_started',
    'payment_succeeded',
    'payment_started',
    'cancelled',
    'refunded',
  ]);
});

t.test('a request that waited does not write into the past', async (t) => {
  const order = await makeOrder(app);
  const early = await app.ctx();
  const late = { ...early, now: new Date(early.now.getTime() + 2_000) };
  await payOrder(late, { orderId: order.id, provider: 'manual' });
  // It began before the payment and got the lock after it.
  await cancelOrder(early, { orderId: order.id });
  t.same(await timelineOf(app, order.id), [
    'placed',
    'payment_started',
    'payment_succeeded',
    'paid',
    'cancelled',
    'refunded',
  ]);
  t.equal((await readOrder(app, order.id)).updatedAt, late.now.toISOString());
});

t.test('If-Match guards every step', async (t) => {
  const order = await makeOrder(app);
  const calls: [string, object | undefined][] = [
    ['payments', manual()],
    ['lower-price', { reductionAmount: 1, reason: 'x' }],
    ['ship', {}],
    ['complete', undefined],
    ['cancel', {}],
  ];
  for (const [verb, body] of calls) {
    const answer = await app.call(`POST /v1/orders/${order.id}/${verb}`, {
      ...(body ? { body } : {}),
      headers: { 'if-match': '"2"' },
    });
    t.match(
      [answer.status, answer.body.code, answer.body.currentVersion],
      [412, 'version_mismatch', 1],
      verb,
    );
    t.equal(answer.headers['etag'], '"1"');
  }
  for (const bad of ['1', 'W/"1"', '"x"', '"1", "2"']) {
    const answer = await app.call(`POST /v1/orders/${order.id}/cancel`, {
      body: {},
      headers: { 'if-match': bad },
    });
    t.equal(answer.status, 400, bad);
  }
  const right = await app.call(`POST /v1/orders/${order.id}/cancel`, {
    body: {},
    headers: { 'if-match': '"1"' },
  });
  t.match([right.status, right.headers['etag']], [200, '"2"']);
});

t.test('at the end the books are right', (t) => checkInvariants(t, app));

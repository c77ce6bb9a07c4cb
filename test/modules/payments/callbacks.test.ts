import t from 'tap';
import { buildApp } from '../../../src/app.ts';
import type { ProviderEvent } from '../../../src/modules/payments/providers/provider.ts';
import { simulatorCallback } from '../../../src/modules/payments/providers/simulator.ts';
import { openDatabase } from '../../../src/platform/db/client.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeOrder, pay } from '../../support/world.ts';
import { checkInvariants, ok, readOrder, refundsOf, runJobs, tally, timelineOf } from '../orders/support.ts';

const app = await startApp(t);

const event = (paymentId: string, fields: Partial<ProviderEvent> = {}): ProviderEvent => ({
  paymentId,
  eventId: `event-${paymentId}`,
  kind: 'succeeded',
  reference: 'PSP-1',
  failureCode: null,
  ...fields,
});

async function callBack(
  said: ProviderEvent,
  { shop = app, target = app.app, ...change }: { shop?: TestShop; target?: typeof app.app } & Changed = {},
) {
  const { body, headers } = simulatorCallback(app.deps, shop.shopId, said);
  const answer = await target.inject({
    method: 'POST',
    url: `/v1/payment-callbacks/${change.provider ?? 'simulator'}/${change.shopId ?? shop.shopId}`,
    headers: { ...headers, 'content-type': 'application/json', ...change.headers },
    payload: change.payload ?? body,
  });
  return { status: answer.statusCode, body: answer.json() };
}

interface Changed {
  provider?: string;
  shopId?: string;
  headers?: Record<string, string>;
  payload?: Buffer | string;
}

const started = async (shop: TestShop = app) => {
  const order = await makeOrder(shop);
  return { order, payment: await pay(shop, order.id, { provider: 'simulator', simulate: 'call_back_late' }) };
};

t.test('a genuine callback is taken, however often it comes', async (t) => {
  const { order, payment } = await started();
  for (let i = 0; i < 3; i += 1) {
    const answer = await callBack(event(payment.id));
    t.match([answer.status, answer.body], [200, { receivedCount: 1 }]);
  }
  t.match(await readOrder(app, order.id), { status: 'paid', paidAmount: 3600 });
  t.match(await ok(app.call(`GET /v1/payments/${payment.id}`)), { state: 'succeeded', reference: 'PSP-1' });
  const { data } = await ok(app.call(`GET /v1/payments/${payment.id}/statements`));
  t.match(data, [{ providerEventId: `event-${payment.id}`, kind: 'succeeded', reference: 'PSP-1' }]);
  t.equal(data.length, 1);
  const entries = (await ok(app.call(`GET /v1/orders/${order.id}/timeline`))).data;
  const entry = entries.find((one: any) => one.kind === 'payment_succeeded');
  t.match(entry, { actorKind: 'provider', actorId: 'simulator' });
});

t.test('20 repetitions at once are one payment', async (t) => {
  const { order, payment } = await started();
  const answers = await Promise.all(Array.from({ length: 20 }, () => callBack(event(payment.id))));
  t.same(tally(answers), { 200: 20 });
  t.match(await readOrder(app, order.id), { status: 'paid', paidAmount: 3600, refundedAmount: 0 });
  t.equal((await timelineOf(app, order.id)).filter((kind) => kind === 'payment_succeeded').length, 1);
});

t.test('what is not signed by the provider is refused and changes nothing', async (t) => {
  const { order, payment } = await started();
  const other = await app.createShop();
  const said = event(payment.id);
  const tampered = JSON.stringify({ ...said, kind: 'failed' });
  const foreign = simulatorCallback(app.deps, other.shopId, said);
  const forgeries: Changed[] = [
    { headers: { 'x-simulator-signature': '' } },
    { headers: { 'x-simulator-signature': 'not hex' } },
    { headers: { 'x-simulator-signature': '0'.repeat(64) } },
    { payload: tampered },
    { payload: `${JSON.stringify(said)} ` },
    { headers: foreign.headers },
    { provider: 'manual' },
    { provider: 'stripe' },
    { shopId: newId() },
  ];
  for (const forgery of forgeries) {
    const answer = await callBack(said, forgery);
    t.match([answer.status, answer.body.code], [401, 'callback_not_genuine'], JSON.stringify(forgery));
  }
  t.equal((await callBack(said, { provider: 'nobody' })).status, 400);
  t.equal((await callBack(said, { shopId: 'nobody' })).status, 400);
  t.match(await readOrder(app, order.id), { status: 'pending', paidAmount: 0 });
  t.same((await ok(app.call(`GET /v1/payments/${payment.id}/statements`))).data, []);
});

t.test("a payment that is not this shop's and this provider's is not found", async (t) => {
  const other = await app.createShop();
  const { payment } = await started(other);
  t.equal((await callBack(event(payment.id))).status, 404);
  t.equal((await callBack(event(newId()))).status, 404);
  const order = await makeOrder(app);
  const manual = await pay(app, order.id, { provider: 'manual', amount: 100 });
  t.equal((await callBack(event(manual.id))).status, 404);
  t.equal((await callBack(event(payment.id), { shop: other })).status, 200);
});

t.test('a database that is away is not a forgery: the provider must call again', async (t) => {
  const db = openDatabase(
    'postgresql://127.0.0.1:1/none',
    { poolSize: 1, preparedStatements: true },
    app.deps.log,
  );
  const lost = await buildApp({ ...app.deps, db });
  t.teardown(async () => {
    await lost.close();
    await db.$client.end();
  });
  const answer = await callBack(event(newId()), { target: lost });
  t.match([answer.status, answer.body.code], [503, 'overloaded']);
});

t.test('both channels succeed: paid once, the second goes back, both are answered 200', async (t) => {
  const { order, payment: first } = await started();
  const second = await pay(app, order.id, { provider: 'simulator', simulate: 'call_back_late' });
  t.same([first.attemptNumber, second.attemptNumber], [1, 2]);
  const answers = await Promise.all([callBack(event(first.id)), callBack(event(second.id))]);
  t.same(tally(answers), { 200: 2 });
  t.match(await readOrder(app, order.id), {
    status: 'paid',
    paymentState: 'paid',
    totalAmount: 3600,
    paidAmount: 7200,
    refundedAmount: 3600,
    dueAmount: 0,
  });
  const refunds = await refundsOf(app, order.id);
  t.match(refunds, [{ amount: 3600, reason: 'surplus', state: 'pending', paymentId: second.id }]);
  t.equal(refunds.length, 1);
  await runJobs(app);
  t.match((await refundsOf(app, order.id))[0], { state: 'succeeded' });
  t.same(await timelineOf(app, order.id), [
    'placed',
    'payment_started',
    'payment_started',
    'payment_succeeded',
    'paid',
    'payment_succeeded',
    'refunded',
  ]);
  t.equal((await callBack(event(second.id))).status, 200, 'also when it is said again');
  t.match(await readOrder(app, order.id), { paidAmount: 7200, refundedAmount: 3600 });
});

t.test('cash at the counter while a provider works: what is too much goes back', async (t) => {
  const { order, payment } = await started();
  await pay(app, order.id, { provider: 'manual', amount: 1000 });
  t.equal((await callBack(event(payment.id))).status, 200);
  t.match(await readOrder(app, order.id), { status: 'paid', paidAmount: 4600, refundedAmount: 1000 });
  const [refund] = await refundsOf(app, order.id);
  t.match(refund, { amount: 1000, reason: 'surplus' });
});

t.test('a success after a failure counts, a failure after a success does not', async (t) => {
  const { order, payment } = await started();
  const failed = event(payment.id, { eventId: newId(), kind: 'failed', failureCode: 'timeout' });
  t.equal((await callBack(failed)).status, 200);
  t.match(await ok(app.call(`GET /v1/payments/${payment.id}`)), { state: 'failed', failureCode: 'timeout' });
  t.equal((await callBack(event(payment.id))).status, 200);
  const paid = await ok(app.call(`GET /v1/payments/${payment.id}`));
  t.match(paid, { state: 'succeeded', failureCode: null });
  t.equal((await callBack({ ...failed, eventId: newId() })).status, 200);
  t.equal((await ok(app.call(`GET /v1/payments/${payment.id}`))).state, 'succeeded');
  t.equal((await readOrder(app, order.id)).status, 'paid');
  t.equal((await ok(app.call(`GET /v1/payments/${payment.id}/statements`))).data.length, 3);
});

t.test('what a provider said is never changed', async (t) => {
  const { payment } = await started();
  await callBack(event(payment.id));
  const forbidden = [
    `update payment_events set kind = 'failed'`,
    'delete from payment_events',
    'truncate payment_events',
    `update order_timeline set kind = 'paid'`,
    'delete from order_timeline',
    'truncate order_timeline',
  ];
  for (const statement of forbidden) {
    await t.rejects(app.deps.db.$client.query(statement), { code: '23000' }, statement);
  }
});

t.test('at the end the books are right', (t) => checkInvariants(t, app));

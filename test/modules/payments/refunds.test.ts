import t from 'tap';
import { chargePayment, executeRefund } from '../../../src/modules/payments/provider-calls.ts';
import { finishRefund } from '../../../src/modules/payments/refunds.ts';
import { getRefund } from '../../../src/modules/payments/repository.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { makeOrder, makePaidOrder, pay } from '../../support/world.ts';
import {
  addCustomer,
  checkInvariants,
  ok,
  readOrder,
  refundsOf,
  runJobs,
  simulatorBooks,
  timelineOf,
} from '../orders/support.ts';

const app = await startApp(t);

async function refundOf(provider: 'manual' | 'simulator') {
  const order = await makeOrder(app);
  const payment = await pay(app, order.id, { provider });
  await app.settle();
  await ok(app.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  const [refund] = await refundsOf(app, order.id);
  return { order, payment, refund, url: `/v1/refunds/${refund.id}` };
}

/** As a provider answers that it cannot give the money back. */
async function fail(refundId: string): Promise<void> {
  const ctx = await app.ctx();
  await inTransaction(ctx, async (tx) =>
    finishRefund(tx, ctx, await getRefund(tx, ctx.shop.id, refundId), { failureCode: 'account_closed' }),
  );
}

t.test('a manual refund waits until staff confirms it', async (t) => {
  const { order, payment, refund, url } = await refundOf('manual');
  t.match(refund, { state: 'pending', amount: 3600, reason: 'cancellation', paymentId: payment.id });
  await runJobs(app);
  t.equal((await ok(app.call(`GET ${url}`))).state, 'pending', 'no job gives back cash');
  const retried = await ok(app.call(`POST ${url}/retry`));
  t.match(retried, { state: 'pending', version: refund.version });
  const stale = await app.call(`POST ${url}/confirm`, { body: {}, headers: { 'if-match': '"9"' } });
  t.match([stale.status, stale.body.currentVersion], [412, 1]);
  const confirmed = await app.call(`POST ${url}/confirm`, {
    body: { reference: 'Transfer 118' },
    headers: { 'if-match': '"1"' },
  });
  t.match(confirmed.body, { state: 'succeeded', reference: 'Transfer 118' });
  t.ok(confirmed.body.finishedAt);
  const again = await ok(app.call(`POST ${url}/confirm`, { body: { reference: 'Another' } }));
  t.match(again, { reference: 'Transfer 118', version: confirmed.body.version }, 'it is over');
  const late = await app.call(`POST ${url}/retry`);
  t.match([late.status, late.body.code], [409, 'refund_finished']);
  t.match(await readOrder(app, order.id), {
    paymentState: 'refunded',
    paidAmount: 3600,
    refundedAmount: 3600,
  });
});

t.test("a provider's refund is executed by a job, and is not staff's to confirm", async (t) => {
  const { order, refund, url } = await refundOf('simulator');
  const early = await app.call(`POST ${url}/confirm`, { body: {} });
  t.match([early.status, early.body.code], [409, 'refund_not_manual']);
  await app.settle();
  t.match(await ok(app.call(`GET ${url}`)), { state: 'succeeded', reference: `sim-refund-${refund.id}` });
  t.same(await simulatorBooks(app, refund.id), { calls: 1, moved: -3600 });
  t.same(await timelineOf(app, order.id), [
    'placed',
    'payment_started',
    'payment_succeeded',
    'paid',
    'cancelled',
    'refunded',
  ]);
});

t.test('a refund that failed is tried again under its key, or settled outside', async (t) => {
  const retried = await refundOf('simulator');
  await fail(retried.refund.id);
  t.match(await ok(app.call(`GET ${retried.url}`)), { state: 'failed', reference: 'account_closed' });
  await app.settle();
  t.equal(await simulatorBooks(app, retried.refund.id), undefined, 'the waiting job finds that it is over');
  t.match(await ok(app.call(`POST ${retried.url}/retry`)), { state: 'pending', finishedAt: null });
  await app.settle();
  t.equal((await ok(app.call(`GET ${retried.url}`))).state, 'succeeded');
  t.same(await simulatorBooks(app, retried.refund.id), { calls: 1, moved: -3600 });

  const outside = await refundOf('simulator');
  await fail(outside.refund.id);
  const confirmed = await ok(app.call(`POST ${outside.url}/confirm`, { body: { reference: 'Cash' } }));
  t.match(confirmed, { state: 'succeeded', reference: 'Cash' });
  await app.settle();
  t.equal(await simulatorBooks(app, outside.refund.id), undefined, 'it is not given back twice');
  const changes = await ok(app.call('GET /v1/changes?types=refund.failed&limit=1000'));
  t.same(
    changes.data.map((change: any) => change.subjectId),
    [retried.refund.id, outside.refund.id],
  );
});

t.test('a job that runs several times at once moves money once', async (t) => {
  const order = await makeOrder(app);
  const payment = await pay(app, order.id, { provider: 'simulator' });
  const charge = { shopId: app.shopId, paymentId: payment.id };
  await Promise.all([1, 2, 3, 4, 5].map(() => chargePayment(app.deps, charge)));
  t.match(await simulatorBooks(app, payment.id), { moved: 3600 });
  t.match(await readOrder(app, order.id), { status: 'paid', paidAmount: 3600, refundedAmount: 0 });
  await ok(app.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  const [refund] = await refundsOf(app, order.id);
  const back = { shopId: app.shopId, refundId: refund.id };
  await Promise.all([1, 2, 3, 4, 5].map(() => executeRefund(app.deps, back)));
  t.match(await simulatorBooks(app, refund.id), { moved: -3600 });
  await app.settle();
  const changes = await ok(app.call('GET /v1/changes?types=refund.succeeded&limit=1000'));
  t.equal(changes.data.filter((change: any) => change.subjectId === refund.id).length, 1, 'told once');
});

t.test('what was paid in parts goes back in parts, newest first', async (t) => {
  const order = await makeOrder(app);
  const parts = [1000, 600, 2000];
  for (const amount of parts) await pay(app, order.id, { provider: 'manual', amount });
  t.match(await readOrder(app, order.id), { status: 'paid', paidAmount: 3600 });
  await ok(app.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  t.same(
    (await refundsOf(app, order.id)).map(({ amount }) => amount),
    parts.toReversed(),
  );
  const { data } = await ok(app.call(`GET /v1/orders/${order.id}/payments`));
  t.ok(data.every((payment: any) => payment.refundedAmount === payment.amount));
});

t.test('the lists page, newest first, and show nobody else', async (t) => {
  const shop = await app.createShop();
  for (let i = 0; i < 3; i += 1) {
    const { order } = await makePaidOrder(shop);
    await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  }
  for (const list of ['payments', 'refunds']) {
    const all = (await ok(shop.call(`GET /v1/${list}`))).data;
    t.equal(all.length, 3);
    const first = await ok(shop.call(`GET /v1/${list}?limit=2`));
    const rest = await ok(shop.call(`GET /v1/${list}?limit=2&cursor=${first.nextCursor}`));
    t.same([...first.data, ...rest.data], all);
    t.equal(rest.nextCursor, null);
    t.ok(all[0].createdAt >= all[2].createdAt);
    t.equal((await app.call(`GET /v1/${list}/${all[0].id}`)).status, 404, 'another shop finds nothing');
    t.equal((await shop.call(`GET /v1/${list}/${newId()}`)).status, 404);
    const foreign = await shop.call(
      `GET /v1/${list === 'payments' ? 'refunds' : 'payments'}?cursor=${first.nextCursor}`,
    );
    t.match([foreign.status, foreign.body.code], [400, 'invalid_cursor']);
    const customer = await addCustomer(app, shop);
    t.equal((await shop.call(`GET /v1/${list}`, { as: customer.token })).status, 403);
  }
});

t.test('at the end the books are right', (t) => checkInvariants(t, app));

import t, { type Test } from 'tap';
import { lapseDueOrders } from '../../src/modules/orders/cancel.ts';
import { systemContext } from '../../src/platform/context.ts';
import { getShop } from '../../src/platform/shops/shop.ts';
import { startApp } from '../support/app.ts';
import { makeOrder, makePaidOrder, makeProduct, pay } from '../support/world.ts';
import {
  checkInvariants,
  ok,
  readOrder,
  readStock,
  refundsOf,
  runJobs,
  simulatorBooks,
  tally,
  times,
} from '../modules/orders/support.ts';

const app = await startApp(t);
const AFTER_LAPSE_MS = 49 * 3_600_000;

// The lapse as the sweep runs it, in a process whose clock is past the grace.
async function lapse(): Promise<number> {
  const shop = await getShop(app.deps.db, app.shopId);
  const clock = { now: () => new Date(Date.now() + AFTER_LAPSE_MS) };
  return lapseDueOrders(systemContext({ ...app.deps, clock }, shop, 'orders.lapse'));
}

// One of the two came first: a paid order that keeps its goods, or a cancelled one that keeps no money.
async function checkOneWon(t: Test, orderId: string, productId: string): Promise<string> {
  const order = await readOrder(app, orderId);
  const stock = await readStock(app, productId);
  if (order.status === 'paid') {
    t.match(order, { paidAmount: 3600, refundedAmount: 0, paymentState: 'paid' });
    t.equal(stock.reservedQuantity, 2, 'a paid order keeps its goods');
  } else {
    t.match(order, { status: 'cancelled', cancelReason: 'lapsed' });
    t.equal(order.refundedAmount, order.paidAmount, 'a lapsed order keeps no money');
    t.equal(stock.reservedQuantity, 0, 'the goods went back once');
  }
  return order.status;
}

t.test('lapse against a manual payment: one wins', async (t) => {
  const outcomes = new Set<string>();
  for (const round of times(20)) {
    const order = await makeOrder(app);
    const wait = () => new Promise((resolve) => setTimeout(resolve, round % 4));
    const payment = async () => {
      if (round % 2 === 0) await wait();
      return app.call(`POST /v1/orders/${order.id}/payments`, { body: { provider: 'manual' } });
    };
    const lapsing = async () => {
      if (round % 2 === 1) await wait();
      return lapse();
    };
    const [paid, lapsed] = await Promise.all([payment(), lapsing()]);
    const status = await checkOneWon(t, order.id, order.lines[0].productId);
    t.equal(paid.status, status === 'paid' ? 201 : 409);
    t.equal(lapsed, status === 'paid' ? 0 : 1);
    outcomes.add(status);
  }
  t.comment([...outcomes]);
  await checkInvariants(t, app);
});

t.test('lapse against a success of the simulator: one wins, money that came late goes back', async (t) => {
  for (const round of times(20)) {
    const order = await makeOrder(app);
    const payment = await pay(app, order.id, {
      provider: 'simulator',
      simulate: round % 2 === 0 ? 'succeed' : 'call_back_twice',
    });
    await Promise.all([app.settle(), lapse()]);
    await runJobs(app);
    const status = await checkOneWon(t, order.id, order.lines[0].productId);
    const taken = await simulatorBooks(app, payment.id);
    const back = await Promise.all(
      (await refundsOf(app, order.id)).map(async (refund) => (await simulatorBooks(app, refund.id))?.moved),
    );
    const kept = back.reduce<number>((sum, moved) => sum + (moved ?? 0), taken?.moved ?? 0);
    t.equal(kept, status === 'paid' ? 3600 : 0, 'what the provider holds is what the order says');
  }
  await checkInvariants(t, app);
});

t.test('cancel against ship: one wins', async (t) => {
  for (const round of times(12)) {
    const { order } = await makePaidOrder(app);
    const { productId } = order.lines[0];
    const calls = [`POST /v1/orders/${order.id}/ship`, `POST /v1/orders/${order.id}/cancel`];
    const answers = await Promise.all(
      (round % 2 === 0 ? calls : calls.toReversed()).map((target) => app.call(target, { body: {} })),
    );
    t.same(tally(answers), { 200: 1, 409: 1 });
    const { status } = await readOrder(app, order.id);
    const stock = await readStock(app, productId);
    const refunds = await refundsOf(app, order.id);
    if (status === 'shipped') t.match([stock.onHandQuantity, refunds.length], [98, 0]);
    else t.match([status, stock.onHandQuantity, refunds.length], ['cancelled', 100, 1]);
    t.equal(stock.reservedQuantity, 0);
  }
  await checkInvariants(t, app);
});

t.test('parcels at once never hold more than was ordered', async (t) => {
  const product = await makeProduct(app);
  const order = await ok(
    app.call('POST /v1/orders', { body: { lines: [{ productId: product.id, quantity: 5 }] } }),
  );
  await pay(app, order.id);
  const lines = [{ lineId: order.lines[0].id, quantity: 2 }];
  const answers = await Promise.all(
    times(6).map(() => app.call(`POST /v1/orders/${order.id}/ship`, { body: { lines } })),
  );
  t.same(tally(answers), { 200: 2, 422: 4 });
  t.ok(answers.every(({ status, body }) => status === 200 || body.code === 'shipment_too_large'));
  const rest = await Promise.all(
    times(5).map(() => app.call(`POST /v1/orders/${order.id}/ship`, { body: {} })),
  );
  t.same(tally(rest), { 200: 1, 409: 4 });
  t.match(await readOrder(app, order.id), { status: 'shipped', shipments: { length: 3 } });
  t.match(await readStock(app, product.id), { onHandQuantity: 95, reservedQuantity: 0 });
  await checkInvariants(t, app);
});

t.test('cancelling at once refunds once', async (t) => {
  const { order, payment } = await makePaidOrder(app);
  const answers = await Promise.all(
    times(10).map(() => app.call(`POST /v1/orders/${order.id}/cancel`, { body: {} })),
  );
  t.same(tally(answers), { 200: 10 }, 'cancelling what is cancelled changes nothing');
  const refunds = await refundsOf(app, order.id);
  t.match(refunds, [{ amount: 3600, paymentId: payment.id, state: 'pending' }]);
  t.equal((await readStock(app, order.lines[0].productId)).reservedQuantity, 0);
  const confirms = await Promise.all(
    times(10).map(() => app.call(`POST /v1/refunds/${refunds[0].id}/confirm`, { body: {} })),
  );
  t.same(tally(confirms), { 200: 10 });
  t.equal(new Set(confirms.map(({ body }) => body.version)).size, 1, 'confirmed once');
  await checkInvariants(t, app);
});

t.test('payments at once never take more than is due', async (t) => {
  const order = await makeOrder(app);
  const answers = await Promise.all(
    times(10).map(() =>
      app.call(`POST /v1/orders/${order.id}/payments`, { body: { provider: 'manual', amount: 1000 } }),
    ),
  );
  t.same(tally(answers), { 201: 3, 422: 7 });
  const { data } = await ok(app.call(`GET /v1/orders/${order.id}/payments`));
  t.same(
    data.map((payment: any) => payment.attemptNumber),
    [3, 2, 1],
  );
  t.match(await readOrder(app, order.id), { paidAmount: 3000, dueAmount: 600, paymentState: 'partial' });
});

t.test('20 price reductions at once: none is lost, the floor holds', async (t) => {
  const product = await makeProduct(app, { priceAmount: 1000, minimumPriceAmount: 850 });
  const order = await ok(
    app.call('POST /v1/orders', { body: { lines: [{ productId: product.id, quantity: 1 }] } }),
  );
  const answers = await Promise.all(
    times(20).map((i) =>
      app.call(`POST /v1/orders/${order.id}/lower-price`, {
        body: { reductionAmount: 10, reason: `Scratch ${i}` },
      }),
    ),
  );
  t.same(tally(answers), { 200: 15, 422: 5 });
  t.ok(answers.every(({ status, body }) => status === 200 || body.code === 'below_floor'));
  const lowered = await readOrder(app, order.id);
  t.match(lowered, { totalAmount: 850, discountAmount: 150, version: 16 });
  t.equal(lowered.lines[0].adjustments.length, 15);
  const { data } = await ok(app.call(`GET /v1/orders/${order.id}/timeline`));
  const steps = data.filter((entry: any) => entry.kind === 'price_lowered');
  t.equal(new Set(steps.map((entry: any) => entry.details.totalAmount)).size, 15);
  await checkInvariants(t, app);
});

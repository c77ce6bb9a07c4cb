import t from 'tap';
import { lapseDueOrders } from '../../../src/modules/orders/cancel.ts';
import { orderSweeps } from '../../../src/modules/orders/sweeps.ts';
import { systemContext } from '../../../src/platform/context.ts';
import { runSweep } from '../../../src/platform/jobs/sweeps.ts';
import { getShop } from '../../../src/platform/shops/shop.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeOrder, makeProduct, makeShippedOrder, pay } from '../../support/world.ts';
import {
  addCustomer,
  advance,
  checkInvariants,
  DAY,
  HOUR,
  ok,
  readOrder,
  readStock,
  refundsOf,
  timelineOf,
} from './support.ts';

const app = await startApp(t);

const entriesOf = async (shop: TestShop, orderId: string, kind: string, as?: string): Promise<any[]> => {
  const answer = shop.call(`GET /v1/orders/${orderId}/timeline`, as === undefined ? {} : { as });
  return (await ok(answer)).data.filter((entry: any) => entry.kind === kind);
};
const remindersOf = (shop: TestShop, orderId: string) => entriesOf(shop, orderId, 'reminded');
const minutesBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 60_000;
const setOrders = (shop: TestShop, settings: object) =>
  ok(shop.call('PATCH /v1/shop', { body: { settings: { orders: settings } } }));

t.test('an unpaid order is reminded after 10 minutes and after 24 hours', async (t) => {
  const shop = await app.createShop();
  const customer = await addCustomer(app, shop);
  const order = await makeOrder(shop, { customerId: customer.id });
  await advance(shop, 9);
  t.same(await remindersOf(shop, order.id), []);
  await advance(shop, 2);
  const [first, ...none] = await remindersOf(shop, order.id);
  t.same(none, []);
  t.match(first, { actorKind: 'system', isPublic: true, details: { step: 1, deliveryDays: 5 } });
  t.ok(Math.abs(minutesBetween(order.placedAt, first.occurredAt) - 10) < 0.1, 'at its moment, not later');
  await advance(shop, 23 * HOUR);
  t.equal((await remindersOf(shop, order.id)).length, 1);
  await advance(shop, HOUR);
  const [, second] = await remindersOf(shop, order.id);
  t.match(second, { details: { step: 2, reservedUntil: order.reservedUntil, stockIsShort: false } });
  t.ok(Math.abs(minutesBetween(order.placedAt, second.occurredAt) - DAY) < 0.1);
  t.equal(minutesBetween(order.placedAt, order.reservedUntil), 2 * DAY);
  const seen = await entriesOf(shop, order.id, 'reminded', customer.token);
  t.equal(seen.length, 2, 'the customer reads them');
  const { data } = await ok(shop.call('GET /v1/changes?types=order.reminder_due'));
  t.match(data, [
    { subjectId: order.id, data: { step: 1, deliveryDays: 5, stockIsShort: false } },
    { subjectId: order.id, data: { step: 2, reservedUntil: order.reservedUntil } },
  ]);
  await advance(shop, 23 * HOUR);
  t.equal((await remindersOf(shop, order.id)).length, 2, 'there is no third');
});

t.test('the second reminder says that stock is short only when it is', async (t) => {
  const shop = await app.createShop();
  // 2 are reserved by the order itself; 5 is the default threshold, and 5 left is not short.
  const stocks = [7, 6];
  const orders = await Promise.all(
    stocks.map(async (onHandQuantity) => {
      const product = await makeProduct(shop, { onHandQuantity });
      const lines = [{ productId: product.id, quantity: 2 }];
      return ok(shop.call('POST /v1/orders', { body: { lines } }));
    }),
  );
  await advance(shop, 25 * HOUR);
  for (const [i, order] of orders.entries()) {
    const [first, second] = await remindersOf(shop, order.id);
    t.equal(first.details.stockIsShort, false, 'the first never says it');
    t.equal(second.details.stockIsShort, i === 1, `${stocks[i]} on hand`);
  }
});

t.test('reminders end with payment, cancellation, and are not for other terms', async (t) => {
  const shop = await app.createShop();
  const paid = await makeOrder(shop);
  const halfPaid = await makeOrder(shop);
  const cancelled = await makeOrder(shop);
  const cod = await makeOrder(shop, { terms: 'cash_on_delivery' });
  await advance(shop, 15);
  await pay(shop, paid.id);
  await pay(shop, halfPaid.id, { provider: 'manual', amount: 1 });
  await ok(shop.call(`POST /v1/orders/${cancelled.id}/cancel`, { body: {} }));
  await advance(shop, 30 * HOUR);
  const counts = await Promise.all(
    [paid, halfPaid, cancelled, cod].map(async ({ id }) => (await remindersOf(shop, id)).length),
  );
  t.same(counts, [1, 2, 1, 0]);
  await advance(shop, 30 * DAY);
  t.equal((await readOrder(shop, paid.id)).status, 'paid');
  t.equal((await readOrder(shop, cod.id)).status, 'pending');
});

t.test('an unpaid order lapses after 48 hours and gives everything back, once', async (t) => {
  const shop = await app.createShop();
  const order = await makeOrder(shop);
  const half = await makeOrder(shop);
  await pay(shop, half.id, { provider: 'manual', amount: 600 });
  await advance(shop, 47.5 * HOUR);
  t.equal((await readOrder(shop, order.id)).status, 'pending');
  const { changedCount } = await advance(shop, HOUR);
  t.equal(changedCount, 2);
  const lapsed = await readOrder(shop, order.id);
  t.match(lapsed, { status: 'cancelled', cancelReason: 'lapsed', paymentState: 'unpaid', dueAmount: 0 });
  t.equal(lapsed.cancelledAt.slice(0, 16), order.reservedUntil.slice(0, 16));
  t.same(await timelineOf(shop, order.id), ['placed', 'reminded', 'reminded', 'lapsed']);
  t.match(await readStock(shop, order.lines[0].productId), { onHandQuantity: 100, reservedQuantity: 0 });
  t.match(await readOrder(shop, half.id), { paymentState: 'refunded', refundedAmount: 600 });
  t.match(await refundsOf(shop, half.id), [{ amount: 600, reason: 'cancellation' }]);
  const ctx = await shop.ctx();
  t.equal(await lapseDueOrders(ctx), 0, 'the sweep finds nothing any more');
  t.match(await readStock(shop, order.lines[0].productId), { reservedQuantity: 0 });
  const { data } = await ok(shop.call('GET /v1/changes?types=order.cancelled'));
  t.same(
    data.map((change: any) => change.data.reason),
    ['lapsed', 'lapsed'],
  );
});

t.test('two processes that sweep at once lapse each order once', async (t) => {
  const shop = await app.createShop();
  const orders = await Promise.all([1, 2, 3, 4, 5].map(() => makeOrder(shop)));
  const clock = { now: () => new Date(Date.now() + 49 * HOUR * 60_000) };
  const ctx = systemContext({ ...app.deps, clock }, await getShop(app.deps.db, shop.shopId), 'test');
  const changed = await Promise.all([1, 2, 3].map(() => lapseDueOrders(ctx)));
  t.equal(
    changed.reduce((sum, count) => sum + count),
    5,
  );
  for (const { id } of orders)
    t.equal((await timelineOf(shop, id)).filter((kind) => kind === 'lapsed').length, 1);
});

t.test('where nobody swept for long, nobody is reminded of what is over', async (t) => {
  const shop = await app.createShop();
  const [aDayLate, tooLate] = [await makeOrder(shop), await makeOrder(shop)];
  const sweepAfter = async (hours: number) => {
    const clock = { now: () => new Date(Date.now() + hours * HOUR * 60_000) };
    const row = await getShop(app.deps.db, shop.shopId);
    for (const sweep of orderSweeps) await runSweep({ ...app.deps, clock }, sweep, row);
  };
  await pay(shop, tooLate.id, { provider: 'manual', amount: 1 });
  await sweepAfter(30);
  t.match(await remindersOf(shop, aDayLate.id), [{ details: { step: 2 } }], 'one reminder, not two at once');
  const late = await makeOrder(shop);
  await sweepAfter(60);
  t.same(await timelineOf(shop, late.id), ['placed', 'lapsed']);
});

t.test('a delivered and paid order completes by itself after 14 days', async (t) => {
  const shop = await app.createShop();
  const shipped = await makeShippedOrder(shop);
  await advance(shop, 20 * DAY);
  t.equal((await readOrder(shop, shipped.id)).status, 'shipped', 'it has not arrived');
  await ok(shop.call(`POST /v1/orders/${shipped.id}/shipments/${shipped.shipments[0].id}/deliver`));
  await advance(shop, 14 * DAY - 1);
  t.equal((await readOrder(shop, shipped.id)).status, 'delivered');
  await advance(shop, 2);
  const done = await readOrder(shop, shipped.id);
  t.equal(done.status, 'completed');
  t.ok(Math.abs(minutesBetween(done.deliveredAt, done.completedAt) - 14 * DAY) < 0.1);
  t.match(await entriesOf(shop, shipped.id, 'completed'), [{ actorKind: 'system' }]);
});

t.test('an order that is paid long after its delivery completes with the next sweep', async (t) => {
  const shop = await app.createShop();
  const order = await makeOrder(shop, { terms: 'cash_on_delivery' });
  const shipped = await ok(shop.call(`POST /v1/orders/${order.id}/ship`, { body: {} }));
  await ok(shop.call(`POST /v1/orders/${order.id}/shipments/${shipped.shipments[0].id}/deliver`));
  await advance(shop, 30 * DAY);
  t.equal((await readOrder(shop, order.id)).status, 'delivered', 'nobody has paid');
  await pay(shop, order.id);
  await advance(shop, 1);
  t.equal((await readOrder(shop, order.id)).status, 'completed');
});

t.test('a shop sets its own times; promises already made keep theirs', async (t) => {
  const shop = await app.createShop();
  const before = await makeOrder(shop);
  await setOrders(shop, { firstReminderMinutes: 60, lapseHours: 1, lapseGraceHours: 2, autoCompleteDays: 1 });
  const order = await makeOrder(shop);
  t.equal(minutesBetween(order.placedAt, order.reservedUntil), 180);
  await advance(shop, 30);
  t.same([(await remindersOf(shop, before.id)).length, (await remindersOf(shop, order.id)).length], [1, 0]);
  await advance(shop, 3 * HOUR);
  t.same(await timelineOf(shop, order.id), ['placed', 'reminded', 'lapsed']);
  t.equal((await readOrder(shop, before.id)).status, 'pending');
});

t.test('at the end the books are right', (t) => checkInvariants(t, app));

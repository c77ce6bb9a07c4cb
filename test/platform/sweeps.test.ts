import t from 'tap';
import { orderSweeps } from '../../src/modules/orders/sweeps.ts';
import { findNextDue, runDueSweeps } from '../../src/platform/jobs/sweeps.ts';
import { startApp, type TestShop } from '../support/app.ts';
import { makeOrder } from '../support/world.ts';
import { readOrder, timelineOf } from '../modules/orders/support.ts';

const app = await startApp(t);
const { $client } = app.deps.db;
const HOUR_MS = 3_600_000;

const aheadOf = (shop: TestShop, hours: number) =>
  $client.query('update shops set clock_offset_ms = $2 where id = $1', [shop.shopId, hours * HOUR_MS]);
const statusOf = async (shop: TestShop, id: string) => (await readOrder(shop, id)).status;

t.test('each shop is swept by its own clock', async (t) => {
  const [still, ahead, behind] = [
    await app.createShop(),
    await app.createShop(),
    await app.createShop({ clockOffsetMs: BigInt(-1000 * HOUR_MS) }),
  ];
  const orders = [await makeOrder(still), await makeOrder(ahead), await makeOrder(behind)] as const;
  t.equal(await runDueSweeps(app.deps, orderSweeps), 0);
  await aheadOf(ahead, 49);
  t.equal(await runDueSweeps(app.deps, orderSweeps), 1, 'one lapse');
  t.same(
    [
      await statusOf(still, orders[0].id),
      await statusOf(ahead, orders[1].id),
      await statusOf(behind, orders[2].id),
    ],
    ['pending', 'cancelled', 'pending'],
  );
  await aheadOf(behind, -1000 + 0.5);
  t.equal(await runDueSweeps(app.deps, orderSweeps), 1);
  t.same(await timelineOf(behind, orders[2].id), ['placed', 'reminded']);
  t.same(await timelineOf(still, orders[0].id), ['placed']);
});

t.test('real time moves every shop', async (t) => {
  const shop = await app.createShop({ mode: 'live' });
  const order = await makeOrder(shop);
  const clock = { now: () => new Date(Date.now() + 0.5 * HOUR_MS) };
  await runDueSweeps({ ...app.deps, clock }, orderSweeps);
  t.same(await timelineOf(shop, order.id), ['placed', 'reminded']);
});

t.test('one order that cannot be handled does not hold up the others', async (t) => {
  const shop = await app.createShop();
  const [broken, whole] = [await makeOrder(shop), await makeOrder(shop)];
  // Its stock is not reserved any more: lapsing it must fail.
  await $client.query('update stock_items set reserved = 0, version = version + 1 where product_id = $1', [
    broken.lines[0].productId,
  ]);
  await aheadOf(shop, 49);
  t.equal(await runDueSweeps(app.deps, orderSweeps), 1);
  t.same([await statusOf(shop, broken.id), await statusOf(shop, whole.id)], ['pending', 'cancelled']);
  await $client.query('update stock_items set reserved = 2, version = version + 1 where product_id = $1', [
    broken.lines[0].productId,
  ]);
  t.equal(await runDueSweeps(app.deps, orderSweeps), 1, 'the next run tries again');
});

t.test('what is due next, over all sweeps of a shop', async (t) => {
  const shop = await app.createShop();
  const next = () => findNextDue(app.deps.db, orderSweeps, shop.shopId);
  t.equal(await next(), undefined);
  const order = await makeOrder(shop);
  const minutes = async () =>
    Math.round((((await next())?.getTime() ?? 0) - Date.parse(order.placedAt)) / 60_000);
  t.equal(await minutes(), 10);
  await aheadOf(shop, 1);
  await runDueSweeps(app.deps, orderSweeps);
  t.equal(await minutes(), 24 * 60);
  await aheadOf(shop, 25);
  await runDueSweeps(app.deps, orderSweeps);
  t.equal(await minutes(), 48 * 60);
});

t.test('more than one batch is swept in one run', async (t) => {
  const shop = await app.createShop();
  const order = await makeOrder(shop);
  await $client.query(
    `insert into orders select (jsonb_populate_record(o, jsonb_build_object('id', gen_random_uuid(),
       'number', o.number || n))).* from orders o, generate_series(1, 230) n where o.id = $1`,
    [order.id],
  );
  await aheadOf(shop, 0.5);
  t.equal(await runDueSweeps(app.deps, orderSweeps), 231);
});

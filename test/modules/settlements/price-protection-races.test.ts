import t, { type Test } from 'tap';
import { advanceSweep } from '../../../src/modules/settlements/price-protection/run.ts';
import { buildApp } from '../../../src/app.ts';
import { openDatabase } from '../../../src/platform/db/client.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { countTraffic } from '../../support/traffic.ts';
import { makeCustomer, makePolicy, makeProduct } from '../../support/world.ts';
import { checkInvariants, ok, readOrder, times } from '../orders/support.ts';
import {
  buy,
  confirmAll,
  price,
  readSweep,
  runSweeps,
  settlementsOf,
  startSweep,
  sweepNow,
} from './protection-support.ts';

const app = await startApp(t);
const AUTOMATIC = { automaticAmount: 100_000 };
const PATIENCE = 60;

interface World {
  readonly shop: TestShop;
  readonly orders: readonly any[];
  readonly productIds: readonly string[];
}

/** Orders of three customers and a guest, each with both products, which are 3.00 and 1.00 cheaper now. */
async function makeWorld(count: number, policy: object = {}): Promise<World> {
  const shop = await app.createShop();
  await makePolicy(shop, { ...AUTOMATIC, ...policy });
  const products = await Promise.all(times(2).map(() => makeProduct(shop, { onHandQuantity: 10_000 })));
  const customers = await Promise.all(times(3).map(() => makeCustomer(shop)));
  const orders: any[] = [];
  // A few at once: a server refuses what is more than it can.
  const buyNext = async (waiting: Iterator<number>): Promise<void> => {
    for (let { value, done } = waiting.next(); !done; { value, done } = waiting.next())
      orders.push(await buy(shop, products, value % 4 === 3 ? {} : { customerId: customers[value % 4].id }));
  };
  const waiting = times(count).values();
  await Promise.all(times(8).map(() => buyNext(waiting)));
  await price(shop, products[0].id, 1500);
  await price(shop, products[1].id, 1700);
  // What the falling prices queue by themselves is not what is looked at here.
  await app.settle();
  await app.deps.db.$client.query(
    `update price_protection_sweeps set state = 'cancelled', due_at = null, finished_at = now() where shop_id = $1`,
    [shop.shopId],
  );
  return { shop, orders, productIds: products.map(({ id }) => id) };
}

/** Steps of a sweep with small batches, until it is over. */
async function runToEnd(shop: TestShop, id: string, batchOrders = 3): Promise<void> {
  for (let step = 0; step < PATIENCE; step += 1) {
    await advanceSweep(await shop.ctx(), id, batchOrders);
    if ((await readSweep(shop, id)).state === 'finished') return;
  }
  throw new Error('the sweep does not end');
}

/** What a sweep has counted. */
const figuresOf = (sweep: any) => ({
  orderCount: sweep.orderCount,
  foundLineCount: sweep.foundLineCount,
  openedLineCount: sweep.openedLineCount,
  waitingLineCount: sweep.waitingLineCount,
  openedCount: sweep.openedCount,
  customerCount: sweep.customerCount,
  openedAmount: sweep.openedAmount,
  refusals: sweep.refusals,
});

async function endsWith(t: Test, { shop, orders }: World, settledPerOrder: number): Promise<void> {
  await runSweeps(app, shop);
  for (const { id } of orders) {
    const { settledAmount, refundedAmount } = await readOrder(shop, id);
    t.same([settledAmount, refundedAmount], [settledPerOrder, settledPerOrder]);
  }
  t.equal((await settlementsOf(shop)).length, orders.length, 'one settlement for an order');
  await checkInvariants(t, app);
}

t.test(
  'a dry run counts what the run that follows does, whatever caps and busy lines there are',
  async (t) => {
    const policies = [
      {},
      { budgetAmount: 1_950 },
      { customerYearCapAmount: 700, lineCapAmount: 250 },
      { orderCapAmount: 333, automaticAmount: 300, budgetAmount: 3_000, customerYearCapAmount: 900 },
      {
        rateBps: 5_000,
        tierBy: 'unit_price',
        tiers: [{ from: 1_800, rateBps: 7_777 }],
        minimumDifferenceAmount: 200,
      },
    ];
    for (const policy of policies) {
      const { shop, orders, productIds } = await makeWorld(13, policy);
      await makePolicy(shop, { ...AUTOMATIC, rateBps: 2_500, inForceFrom: '2020-01-01T00:00:00Z' });
      await ok(shop.call(`POST /v1/orders/${orders[2].id}/goodwill-settlements`, { body: { amount: 10 } }));
      await ok(shop.call(`POST /v1/orders/${orders[5].id}/cancel`, { body: {} }));
      const body = policy === policies[1] ? { productIds: productIds.slice(0, 1) } : {};
      const before = await settlementsOf(shop);
      const trial = await startSweep(shop, { ...body, isDryRun: true });
      await runToEnd(shop, trial.id);
      t.same(await settlementsOf(shop), before, 'it opens nothing');
      const real = await startSweep(shop, body);
      await runToEnd(shop, real.id, 4);
      const [counted, done] = [await readSweep(shop, trial.id), await readSweep(shop, real.id)];
      t.same(figuresOf(counted), figuresOf(done), JSON.stringify(policy));
      t.ok(done.openedCount > 0 && done.waitingLineCount > 0);
    }
    await checkInvariants(t, app);
  },
);

t.test('run by several at once, it is done once', async (t) => {
  const world = await makeWorld(20);
  const { id } = await startSweep(world.shop);
  const ctx = await world.shop.ctx();
  for (let round = 0; round < PATIENCE && (await readSweep(world.shop, id)).state !== 'finished'; round += 1)
    await Promise.all(times(5).map(() => advanceSweep(ctx, id, 2)));
  t.match(await readSweep(world.shop, id), {
    orderCount: 20,
    openedCount: 20,
    customerCount: 8,
    openedAmount: 8_000,
  });
  await endsWith(t, world, 400);
});

t.test(
  'several sweeps of the same at once open it once, and the others find it busy or settled',
  async (t) => {
    const world = await makeWorld(12);
    const sweeps = await Promise.all(times(4).map(() => startSweep(world.shop)));
    await Promise.all(sweeps.map(({ id }) => runToEnd(world.shop, id, 5)));
    const all = await Promise.all(sweeps.map(({ id }) => readSweep(world.shop, id)));
    t.equal(
      all.reduce((sum, sweep) => sum + sweep.openedCount, 0),
      12,
    );
    await endsWith(t, world, 400);
    await confirmAll(app, world.shop);
    await runSweeps(app, world.shop);
    for (const { id } of sweeps) t.equal((await readSweep(world.shop, id)).waitingLineCount, 0);
    await endsWith(t, world, 400);
  },
);

t.test('killed in the middle of a batch and gone on with, nothing is lost or doubled', async (t) => {
  const world = await makeWorld(10);
  const { shop, orders } = world;
  const { $client } = app.deps.db;
  await $client.query(
    `create function fail_here() returns trigger language plpgsql as
     $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$`,
  );
  const poisoned = orders.map(({ id }) => String(id)).toSorted((a, b) => (a < b ? -1 : 1))[5];
  await $client.query(
    `create trigger killed before insert on order_timeline for each row
     when (new.order_id = '${poisoned}') execute function fail_here()`,
  );
  const { id } = await startSweep(shop);
  for (let step = 0; step < 6; step += 1) await advanceSweep(await shop.ctx(), id, 2);
  t.match(await readSweep(shop, id), {
    state: 'running',
    doneOrderCount: 4,
    openedCount: 4,
    openedAmount: 1_600,
  });
  t.equal((await settlementsOf(shop)).length, 4, 'of the batch that failed nothing is left');
  await checkInvariants(t, app);
  await runSweeps(app, shop);
  t.match(await readSweep(shop, id), { state: 'running', paidCount: 4 }, 'what is open is paid meanwhile');
  await $client.query('drop trigger killed on order_timeline');
  await ok(shop.call('POST /v1/test-clock/advance', { body: { byMinutes: 10 } }));
  t.match(await readSweep(shop, id), {
    state: 'finished',
    doneOrderCount: 10,
    openedCount: 10,
    openedAmount: 4_000,
  });
  await endsWith(t, world, 400);
});

t.test('a payout that fails is put off and stops no other', async (t) => {
  const world = await makeWorld(5);
  const { $client } = app.deps.db;
  await $client.query(
    `create trigger killed before insert on refunds for each row
     when (new.subject_id = '${world.orders[1].id}') execute function fail_here()`,
  );
  const { id } = await sweepNow(app, world.shop);
  t.match(await readSweep(world.shop, id), { openedCount: 5, paidCount: 4, acceptedCount: 1 });
  await checkInvariants(t, app);
  await $client.query('drop trigger killed on refunds');
  await ok(world.shop.call('POST /v1/test-clock/advance', { body: { byMinutes: 10 } }));
  t.match(await readSweep(world.shop, id), { paidCount: 5, acceptedCount: 0 });
  await endsWith(t, world, 400);
});

t.test('a sweep and claims of the same lines at once settle them once', async (t) => {
  const world = await makeWorld(16);
  const { shop, orders } = world;
  const { id } = await startSweep(shop);
  const claims = orders.map((order) =>
    shop.call(`POST /v1/orders/${order.id}/settlements`, { body: { reason: 'price_drop' } }),
  );
  const [answers] = await Promise.all([Promise.all(claims), runToEnd(shop, id, 4)]);
  for (const { status } of answers) t.ok(status === 201 || status === 422 || status === 409, `${status}`);
  const claimed = answers.filter(({ status }) => status === 201).length;
  t.equal((await readSweep(shop, id)).openedCount, 16 - claimed, `${claimed} were claimed first`);
  await endsWith(t, world, 400);
  await confirmAll(app, shop);
  await runSweeps(app, shop);
  t.match(await readSweep(shop, id), { waitingLineCount: 0 });
  await endsWith(t, world, 400);
});

t.test('a sweep and cancellations at once give back what was paid, and no more', async (t) => {
  const { shop, orders } = await makeWorld(16);
  const { id } = await startSweep(shop);
  const cancels = orders.map((order) => shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  const [answers] = await Promise.all([Promise.all(cancels), runToEnd(shop, id, 4)]);
  t.ok(answers.every(({ status }) => status === 200));
  await runSweeps(app, shop);
  for (const order of orders)
    t.match(await readOrder(shop, order.id), {
      paidAmount: 3_600,
      refundedAmount: 3_600,
      status: 'cancelled',
    });
  await confirmAll(app, shop);
  await checkInvariants(t, app);
});

t.test('caps hold while claims and sweeps take of them at once', async (t) => {
  const caps = { budgetAmount: 3_000, customerYearCapAmount: 900, orderCapAmount: 350 };
  const { shop, orders } = await makeWorld(24, caps);
  const sweeps = await Promise.all(times(2).map(() => startSweep(shop)));
  const claims = orders.map((order) =>
    shop.call(`POST /v1/orders/${order.id}/settlements`, { body: { reason: 'price_drop' } }),
  );
  await Promise.all([...claims, ...sweeps.map(({ id }) => runToEnd(shop, id, 4))]);
  await runSweeps(app, shop);
  const all = await settlementsOf(shop);
  const sumBy = (keep: (settlement: any) => boolean) =>
    all.filter(keep).reduce((sum, { amount }) => sum + amount, 0);
  t.equal(
    sumBy(() => true),
    3_000,
    'the budget is used up, to the cent',
  );
  for (const customerId of new Set(all.map((settlement) => settlement.customerId)))
    if (customerId) t.ok(sumBy((settlement) => settlement.customerId === customerId) <= 900);
  for (const { id } of orders) t.ok(sumBy(({ orderId }) => orderId === id) <= 350);
  await checkInvariants(t, app);
});

t.test('a batch takes as many statements for a hundred orders as for ten', async (t) => {
  const traffic = await countTraffic(app.url);
  const db = openDatabase(traffic.url, { poolSize: 1, preparedStatements: true }, app.deps.log);
  const watched = await buildApp({ ...app.deps, db });
  t.teardown(async () => {
    await watched.close();
    await db.$client.end();
    traffic.close();
  });
  const { shop } = await makeWorld(120, { budgetAmount: 1_000_000, customerYearCapAmount: 100_000 });
  const { id } = await startSweep(shop);
  const ctx = { ...(await shop.ctx()), db };
  const step = async (batchOrders: number) => {
    traffic.take();
    t.ok(await advanceSweep(ctx, id, batchOrders));
    const { executed, roundTrips } = traffic.take();
    return { executed, roundTrips };
  };
  await step(1);
  // It prepares the statements.
  await step(5);
  const few = await step(10);
  t.same((await step(100)).executed, few.executed);
  t.ok(few.executed <= 24, `${few.executed} statements`);
  await runSweeps(app, shop);
  await checkInvariants(t, app);
});

t.test('a cap that only a later version has counts only what that version pays', async (t) => {
  const shop = await app.createShop();
  const policy = await makePolicy(shop, AUTOMATIC);
  const product = await makeProduct(shop);
  await buy(shop, [product]);
  await ok(shop.call(`PATCH /v1/price-difference-policies/${policy.id}`, { body: { budgetAmount: 250 } }));
  await buy(shop, [product]);
  await price(shop, product.id, 1500);
  await runSweeps(app, shop);
  const amounts = (await settlementsOf(shop)).map(({ amount }) => amount);
  t.same(new Set(amounts), new Set([300, 250]));
  await checkInvariants(t, app);
});

import pg from 'pg';
import t, { type Test } from 'tap';
import { advanceSweep } from '../../../src/modules/settlements/price-protection/run.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makePolicy, makeProduct } from '../../support/world.ts';
import { checkInvariants, ok, readOrder, times } from '../orders/support.ts';
import {
  buy,
  confirmAll,
  price,
  readSweep,
  runSweeps,
  startSweep,
  sweepNow,
  sweepsOf,
} from './protection-support.ts';

const app = await startApp(t);

/** Orders of a product that is 3.00 cheaper now; the sweep that this queues has not begun. */
async function makeWorld(count: number): Promise<{ shop: TestShop; orders: { id: string }[] }> {
  const shop = await app.createShop();
  await makePolicy(shop, { automaticAmount: 100_000 });
  const product = await makeProduct(shop, { onHandQuantity: 1_000 });
  const orders: { id: string }[] = [];
  for (const _ of times(count)) orders.push(await buy(shop, [product]));
  await price(shop, product.id, 1500);
  await app.settle();
  return { shop, orders };
}

/** From here on the database refuses a settlement of this order. Returns what ends that. */
async function poison(t: Test, orderId: string, code = 'P0001'): Promise<() => Promise<unknown>> {
  const name = `poison_${newId().replaceAll('-', '')}`;
  const db = app.deps.db.$client;
  await db.query(`create function ${name}() returns trigger language plpgsql as
    $$ begin raise exception 'this order is broken' using errcode = '${code}'; end $$`);
  await db.query(`create trigger ${name} before insert on settlements for each row
    when (new.order_id = '${orderId}') execute function ${name}()`);
  const cure = () => db.query(`drop function if exists ${name} cascade`);
  t.teardown(cure);
  return cure;
}

const settledOf = async (shop: TestShop, orders: readonly { id: string }[]): Promise<number[]> =>
  Promise.all(orders.map(async ({ id }) => (await readOrder(shop, id)).settledAmount));

t.test('an order that cannot be swept is left out, and the others get what they were promised', async (t) => {
  const { shop, orders } = await makeWorld(9);
  await poison(t, orders[4]?.id ?? '');
  await runSweeps(app, shop);
  const [{ id }] = await sweepsOf(shop);
  t.match(await readSweep(shop, id), {
    state: 'finished',
    orderCount: 9,
    doneOrderCount: 9,
    foundLineCount: 9,
    openedLineCount: 8,
    openedAmount: 2_400,
    refusals: [{ refusal: 'order_failed', lineCount: 1 }],
  });
  t.same(
    await settledOf(shop, orders),
    orders.map((_, at) => (at === 4 ? 0 : 300)),
  );
  await checkInvariants(t, app);
});

t.test('so is a line that waited', async (t) => {
  const { shop, orders } = await makeWorld(3);
  const waiting = orders[1]?.id ?? '';
  await ok(shop.call(`POST /v1/orders/${waiting}/goodwill-settlements`, { body: { amount: 10 } }));
  await runSweeps(app, shop);
  const [{ id }] = await sweepsOf(shop);
  t.match(await readSweep(shop, id), { openedLineCount: 2, waitingLineCount: 1 });
  await poison(t, waiting);
  await confirmAll(app, shop);
  await runSweeps(app, shop);
  t.match(await readSweep(shop, id), {
    openedLineCount: 2,
    waitingLineCount: 0,
    refusals: [{ refusal: 'order_failed', lineCount: 1 }],
  });
  await checkInvariants(t, app);
});

t.test('an order that somebody holds locked is not left out: the sweep comes back for it', async (t) => {
  const { shop, orders } = await makeWorld(2);
  const { id } = await startSweep(shop);
  const ctx = await shop.ctx();
  t.ok(await advanceSweep(ctx, id));
  const holder = new pg.Client({ connectionString: app.url });
  await holder.connect();
  t.teardown(() => holder.end());
  await holder.query('begin');
  await holder.query('select from orders where id = $1 for update', [orders[0]?.id]);
  t.notOk(await advanceSweep(ctx, id, 1), 'it is put off');
  t.match(await readSweep(shop, id), { state: 'running', doneOrderCount: 0, refusals: [] });
  await holder.query('rollback');
  await app.deps.db.$client.query('update price_protection_sweeps set due_at = now() where id = $1', [id]);
  await runSweeps(app, shop);
  t.same(await settledOf(shop, orders), [300, 300]);
  await checkInvariants(t, app);
});

t.test('an order that meets a deadlock every time is not left out either', async (t) => {
  const { shop, orders } = await makeWorld(2);
  const { id } = await startSweep(shop);
  const ctx = await shop.ctx();
  const cure = await poison(t, orders[0]?.id ?? '', '40P01');
  t.ok(await advanceSweep(ctx, id));
  t.notOk(await advanceSweep(ctx, id, 1), 'it is put off');
  t.match(await readSweep(shop, id), { state: 'running', doneOrderCount: 0, refusals: [] });
  await cure();
  await app.deps.db.$client.query('update price_protection_sweeps set due_at = now() where id = $1', [id]);
  await runSweeps(app, shop);
  t.same(await settledOf(shop, orders), [300, 300]);
  await checkInvariants(t, app);
});

t.test('products that the shop does not have are refused, each where it is named', async (t) => {
  const { shop } = await makeWorld(1);
  const { id } = await makeProduct(shop);
  const [strange, other] = [newId(), (await makeProduct(app)).id];
  const refused = (pointers: string[]) => ({
    status: 422,
    body: {
      code: 'product_not_found',
      errors: pointers.map((pointer) => ({ pointer, code: 'product_not_found' })),
    },
  });
  const before = await sweepsOf(shop);
  t.match(
    await shop.call('POST /v1/price-protection-sweeps', { body: { productIds: [strange, id, other] } }),
    refused(['/productIds/0', '/productIds/2']),
  );
  t.same(await sweepsOf(shop), before);
  const policy = await makePolicy(shop, { productIds: [id] });
  t.match(
    await shop.call(`PATCH /v1/price-difference-policies/${policy.id}`, {
      body: { excludedProductIds: [id, strange] },
    }),
    refused(['/excludedProductIds/1']),
  );
  t.match(await sweepNow(app, shop, { productIds: [id] }), { state: 'finished', foundLineCount: 0 });
});

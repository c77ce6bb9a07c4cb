import pg from 'pg';
import t, { type Test } from 'tap';
import { advanceSweep } from '../../../src/modules/settlements/price-protection/run.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { makePolicy, makeProduct } from '../../support/world.ts';
import { buy, price, readSweep, startSweep } from './protection-support.ts';

const ORDERS = 2_000;
const BATCH = 100;

/** An app, and a connection that goes round it. */
async function start(t: Test): Promise<{ app: TestApp; direct: pg.Client }> {
  // One connection: it keeps the plans that it made while nothing was settled yet.
  const app = await startApp(t, { poolSize: 1 });
  const direct = new pg.Client({ connectionString: app.url });
  await direct.connect();
  t.teardown(() => direct.end());
  return { app, direct };
}

/** Makes as many orders of one, with its line. */
async function repeatOrder(direct: pg.Client, orderId: string): Promise<void> {
  const copy = (table: string, changes: string, id: string) =>
    direct.query(
      `insert into ${table} select (jsonb_populate_record(r, jsonb_build_object(${changes}))).*
       from ${table} r cross join twins where r.${id} = $1`,
      [orderId],
    );
  // What foreign keys and the books say of the one is true of the others.
  await direct.query(`set session_replication_role = replica;
    create temp table twins as select i::text as name, uuidv7() as twin from generate_series(2, ${ORDERS}) i`);
  await copy('orders', `'id', twin, 'number', name`, 'id');
  await copy('order_lines', `'id', uuidv7(), 'order_id', twin`, 'order_id');
  await direct.query('set session_replication_role = origin; analyze orders; analyze order_lines');
}

/** How many rows were looked at so far, in tables and in indexes. */
async function countReads({ app, direct }: { app: TestApp; direct: pg.Client }): Promise<number> {
  await app.deps.db.$client.query('select pg_stat_force_next_flush()');
  const { rows } = await direct.query<{ reads: number }>(
    `select ((select sum(seq_tup_read) from pg_stat_user_tables)
       + (select sum(idx_tup_read) from pg_stat_user_indexes))::float8 as reads`,
  );
  return rows[0]?.reads ?? Number.NaN;
}

const POLICIES = {
  paid: { automaticAmount: 100_000 },
  'kept for a person, under a limit for each order': { automaticAmount: 0, orderCapAmount: 5_000 },
};

// What a connection is told of plans does not reach it through a pooler; then tables this small are read whole.
const skip = process.env['TEST_POOLER'] !== undefined && 'behind a pooler small tables are read whole';

for (const [name, policy] of Object.entries(POLICIES))
  t.test(
    `the last batches of a sweep look at no more rows than the first ones: ${name}`,
    { skip },
    async (t) => {
      const world = await start(t);
      const shop = world.app;
      const product = await makeProduct(shop, { onHandQuantity: 10 });
      await makePolicy(shop, policy);
      const order = await buy(shop, [product]);
      await repeatOrder(world.direct, order.id);
      await price(shop, product.id, 1500);
      const sweep = await startSweep(shop, { productIds: [product.id] });
      const ctx = await shop.ctx();
      const reads: number[] = [];
      for (let before = await countReads(world); await advanceSweep(ctx, sweep.id, BATCH); ) {
        const now = await countReads(world);
        reads.push(now - before);
        before = now;
      }
      t.match(await readSweep(shop, sweep.id), { state: 'finished', openedCount: ORDERS });
      t.equal(reads.length, ORDERS / BATCH + 2, 'with a beginning and an end');
      const late = Math.max(...reads.slice(-5, -1));
      t.ok(late < 25 * BATCH, `rows of a batch each: ${reads.join(', ')}`);
    },
  );

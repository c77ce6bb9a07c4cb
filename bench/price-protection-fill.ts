import pg from 'pg';
import type { Stage } from './stage.ts';

/** A shop to sweep and its twin, which gets the same rows by plain inserts. */
export interface Twins {
  readonly shopId: string;
  readonly twinId: string;
}

const PRODUCTS = 5;
const ORDERS_PER_CUSTOMER = 5;
const PAID_AMOUNT = 1_800;
const NOW_AMOUNT = 1_500;

// The ids are the same in both shops: keys begin with the shop. Five lines in three orders.
const MAKE_IDS = [
  `create temp table bench_products as select i, uuidv7() as id from generate_series(0, ${PRODUCTS - 1}) i`,
  `create temp table bench_customers as select i, uuidv7() as id from generate_series(0, $1::int / ${ORDERS_PER_CUSTOMER}) i`,
  `create temp table bench_orders as
   select dated.i, uuidv7(placed - clock_timestamp()) as id, placed, 1 + (dated.i % 3 > 0)::int as lines, c.id as customer_id
   from (select i, date_trunc('milliseconds', now() - interval '20 days' * (1 - i / ($1::float8 + 1))) as placed
         from generate_series(1, $1::int) i) dated join bench_customers c on c.i = dated.i / ${ORDERS_PER_CUSTOMER}`,
  `create temp table bench_lines as
   select uuidv7(placed - clock_timestamp()) as id, o.id as order_id, o.placed, position, p.id as product_id
   from bench_orders o cross join generate_series(1, o.lines) position
   join bench_products p on p.i = (o.i + position) % ${PRODUCTS}`,
];

const BOTH = `from unnest($1::uuid[]) shop cross join`;
const FILL = [
  `insert into products (shop_id, id, name, status, price_amount, price_effective_at, tax_rate_bps, created_at, updated_at)
   select shop, id, 'Product', 'active', ${NOW_AMOUNT}, now(), 0, now(), now() ${BOTH} bench_products`,
  `insert into customers (shop_id, id, name, created_at, updated_at)
   select shop, id, 'Customer ' || i, now(), now() ${BOTH} bench_customers`,
  `insert into orders (shop_id, id, number, customer_id, channel, origin, terms, status, payment_state, fulfilment_state,
     currency, lines_amount, discount_amount, freight_amount, freight_tax_rate_bps, freight_tax_amount, tax_amount,
     total_amount, paid_amount, placed_at, paid_at, updated_at)
   select shop, id, i::text, customer_id, 'web', 'placed', 'prepaid', 'paid', 'paid', 'unfulfilled', 'USD',
     lines * ${PAID_AMOUNT}, 0, 0, 0, 0, 0, lines * ${PAID_AMOUNT}, lines * ${PAID_AMOUNT}, placed, placed, placed
   ${BOTH} bench_orders`,
  `insert into order_lines (shop_id, id, order_id, position, product_id, product_name, quantity, list_unit_amount,
     discount_amount, net_amount, tax_rate_bps, tax_amount, placed_at)
   select shop, id, order_id, position, product_id, 'Product', 1, ${PAID_AMOUNT}, 0, ${PAID_AMOUNT}, 0, 0, placed
   ${BOTH} bench_lines`,
  `insert into order_timeline (shop_id, order_id, id, kind, actor_kind, actor_id, is_public, details, occurred_at)
   select shop, id, uuidv7(), 'placed', 'system', 'bench', true, '{}', placed ${BOTH} bench_orders`,
];

/** Fills both shops with the same orders, set by set. What a foreign key would check is right as it is made. */
export async function fillTwins(stage: Stage, twins: Twins, orders: number): Promise<void> {
  const client = new pg.Client({ connectionString: stage.databaseUrl });
  await client.connect();
  try {
    // As a replica, Postgres does not check foreign keys.
    await client.query(`set synchronous_commit = off; set session_replication_role = replica; set jit = off`);
    for (const text of MAKE_IDS) await client.query(text, text.includes('$1') ? [orders] : []);
    for (const text of FILL) await client.query(text, [[twins.shopId, twins.twinId]]);
    await client.query('vacuum analyze');
    // Else it would run in the middle of what is measured.
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

// In the order in which foreign keys want them. A transfer's reference is unique in its shop.
const TABLES = [
  'settlements',
  'settlement_lines',
  'outbox',
  'order_timeline',
  'ledger_transfers',
  'ledger_entries',
];
const OPENED: Record<string, string> = {
  outbox: "type = 'settlement.accepted'",
  order_timeline: "kind in ('settled', 'settlement_accepted')",
};

/**
 * The floor: the rows that the sweep wrote, once more, as plain `insert … select` into the same tables, of the twin, in one
 * transaction. Returns how many milliseconds that takes, and how many rows it is.
 */
export async function insertPlainly(
  stage: Stage,
  { shopId, twinId }: Twins,
): Promise<{ ms: number; rows: number }> {
  const client = new pg.Client({ connectionString: stage.databaseUrl });
  await client.connect();
  try {
    await client.query('set jit = off');
    for (const table of TABLES) {
      await client.query(
        `create temp table made_${table} as select * from ${table} where shop_id = $1 and ${OPENED[table] ?? 'true'}`,
        [shopId],
      );
      await client.query(`update made_${table} set shop_id = $1`, [twinId]);
    }
    // The policy and the sweep that they refer to.
    for (const table of [
      'price_difference_policies',
      'price_difference_policy_versions',
      'price_protection_sweeps',
    ])
      await client.query(
        `insert into ${table} select (jsonb_populate_record(t, jsonb_build_object('shop_id', $2::uuid))).* from ${table} t
         where shop_id = $1`,
        [shopId, twinId],
      );
    await client.query(`update made_outbox set position = null, id = uuidv7()`);
    await client.query('checkpoint');
    const from = performance.now();
    await client.query('begin');
    let rows = 0;
    for (const table of TABLES)
      rows += (await client.query(`insert into ${table} select * from made_${table}`)).rowCount ?? 0;
    await client.query('commit');
    return { ms: performance.now() - from, rows };
  } finally {
    await client.end();
  }
}

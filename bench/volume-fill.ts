import pg from 'pg';
import type { Stage } from './stage.ts';

/** What requests about a filled shop are made of. */
export interface Facts {
  /** Some orders of any age. */
  readonly orders: readonly KnownOrder[];
  readonly customerIds: readonly string[];
  /** Has as many orders in a large shop as in a small one: what is asked of them is the same work. */
  readonly heavyCustomerId: string;
  readonly productIds: readonly string[];
}

export interface KnownOrder {
  readonly id: string;
  readonly number: string;
  readonly externalId: string | null;
}

const ORDERS_PER_CUSTOMER = 5;
const HEAVY_ORDERS = 5_000;
const SAMPLE = 2_000;

// Two years of orders, evenly; row by row older to newer, as a shop writes them. Pending ones are on account: nothing of
// them is due, and no sweep changes them while they are measured. Every ending has its instant.
const INSERT_ORDERS = `
  insert into orders (shop_id, id, number, external_id, customer_id, channel, origin, terms, status, payment_state,
    fulfilment_state, currency, lines_amount, discount_amount, freight_amount, freight_tax_rate_bps, freight_tax_amount,
    tax_amount, total_amount, shipping_address, placed_at, cancelled_at, updated_at)
  select $1, uuidv7(placed - clock_timestamp()), to_char(placed, 'YYMMDD-') || upper(lpad(to_hex(i), 6, '0')),
    case when i % 3 = 0 then 'erp-' || md5(i::text) end,
    case when i % $5::int = 0 then $3::uuid else ($4::uuid[])[1 + floor(random() * cardinality($4::uuid[]))::int] end,
    'web', 'placed', 'on_account', status, 'unpaid',
    case when status in ('pending', 'paid', 'cancelled') then 'unfulfilled' else 'fulfilled' end, 'USD',
    1800 * (1 + i % 3), 0, 0, 0, 0, 0, 1800 * (1 + i % 3),
    '{"name":"Maria Anders","line1":"Obere Str. 57","city":"Berlin","postalCode":"12209","country":"DE"}',
    placed, case when status = 'cancelled' then changed end, changed
  from (
    select i, placed, least(placed + random() * interval '10 days', now()) as changed, case
        when share < 0.70 then 'completed' when share < 0.80 then 'cancelled' when share < 0.88 then 'delivered'
        when share < 0.94 then 'shipped' when share < 0.98 then 'paid' else 'pending' end as status
    from (select i, random() as share,
            date_trunc('milliseconds', now() - interval '730 days' * (1 - i / ($2::float8 + 1))) as placed
          from generate_series(1, $2::int) i) dated
  ) made`;

const INSERT_LINES = `
  insert into order_lines (shop_id, id, order_id, position, product_id, product_name, quantity, list_unit_amount,
    discount_amount, net_amount, tax_rate_bps, tax_amount, shipped_quantity, delivered_quantity, placed_at)
  select o.shop_id, uuidv7(o.placed_at - clock_timestamp()), o.id, position,
    ($1::uuid[])[1 + floor(random() * cardinality($1::uuid[]))::int], 'Product', 1, 1800, 0, 1800, 0, 0,
    (o.status in ('shipped', 'delivered', 'completed'))::int, (o.status in ('delivered', 'completed'))::int, o.placed_at
  from orders o cross join lateral generate_series(1, (o.lines_amount / 1800)::int) position`;

const INSERT_TIMELINE = `
  insert into order_timeline (shop_id, order_id, id, kind, actor_kind, actor_id, is_public, details, occurred_at)
  select shop_id, id, uuidv7(placed_at - clock_timestamp()), 'placed', 'api_key', $1, true,
    jsonb_build_object('totalAmount', total_amount), placed_at
  from orders`;

// A transfer has the id of its order: they are of the same time.
const INSERT_TRANSFERS = `
  insert into ledger_transfers (shop_id, id, kind, reference, unit, effective_at, recorded_at)
  select shop_id, id, 'order_placed', 'order_placed:' || id, 'USD', placed_at, placed_at from orders
  where status <> 'cancelled'`;
const INSERT_LEGS = `
  insert into ledger_entries (shop_id, transfer_id, position, account, owner_id, amount)
  select shop_id, id, 1, 'receivable', id, total_amount from orders where status <> 'cancelled'
  union all select shop_id, id, 2, 'sales', null, -total_amount from orders where status <> 'cancelled'`;

const INSERT_CUSTOMERS = `
  insert into customers (shop_id, id, name, created_at, updated_at)
  select $1, uuidv7(), 'Customer ' || i, now() - interval '2 years', now() - interval '2 years'
  from generate_series(1, $2::int) i returning id`;

// Those of constraints stay.
const SECONDARY_INDEXES = `
  select indexname as name, indexdef as definition from pg_indexes
  where tablename in ('orders', 'order_lines', 'ledger_entries') and indexname not in (select conname from pg_constraint)`;

/** Does the work without the indexes that it would have to grow row by row; made at once, they take a fraction. */
async function withoutIndexes(client: pg.Client, work: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(SECONDARY_INDEXES);
  for (const { name } of rows) await client.query(`drop index ${name}`);
  await work();
  for (const { definition } of rows) await client.query(definition);
}

/** Fills the shop with orders, set by set. What a foreign key would check is right as it is made. */
export async function fillShop(stage: Stage, productIds: readonly string[], count: number): Promise<Facts> {
  const client = new pg.Client({ connectionString: stage.databaseUrl });
  await client.connect();
  try {
    // As a replica, Postgres does not check foreign keys.
    await client.query(`set synchronous_commit = off; set session_replication_role = replica; set jit = off;
      set maintenance_work_mem = '256MB'`);
    const customers = Math.max(2, Math.round(count / ORDERS_PER_CUSTOMER));
    const made = await client.query<{ id: string }>(INSERT_CUSTOMERS, [stage.shopId, customers]);
    const [heavyCustomerId = '', ...customerIds] = made.rows.map((row) => row.id);
    await withoutIndexes(client, async () => {
      const nth = Math.max(2, Math.floor(count / HEAVY_ORDERS));
      await client.query(INSERT_ORDERS, [stage.shopId, count, heavyCustomerId, customerIds, nth]);
      await client.query(INSERT_LINES, [productIds]);
      await client.query(INSERT_TIMELINE, [stage.credentialId]);
      await client.query(INSERT_TRANSFERS);
      await client.query(INSERT_LEGS);
    });
    await client.query('vacuum analyze');
    // Else it would run in the middle of what is measured.
    await client.query('checkpoint');
    const { rows } = await client.query<KnownOrder>(
      `select id, number, external_id as "externalId" from orders order by random() limit $1`,
      [SAMPLE],
    );
    return { orders: rows, customerIds: customerIds.slice(0, SAMPLE), heavyCustomerId, productIds };
  } finally {
    await client.end();
  }
}

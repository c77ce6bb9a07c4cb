import type { Pool } from 'pg';
import { newId } from '../../../src/platform/ids.ts';
import type { Facts } from './evaluator.ts';

/** Customers as a test makes them up, with their ids. */
export type Known = Omit<Facts, 'scores'> & { readonly id: string };

const insert = (pool: Pool, table: string, rows: readonly object[]) =>
  pool.query(
    `insert into ${table} select (jsonb_populate_record(d, r)).* from jsonb_array_elements($1::jsonb) r,
       jsonb_populate_record(null::${table}, $2::jsonb) d`,
    [JSON.stringify(rows), JSON.stringify(DEFAULTS[table] ?? {})],
  );

const DEFAULTS: Record<string, object> = {
  customers: { name: 'Somebody', version: 1 },
  contact_points: { is_primary: false },
  consents: { source: 'test', decided_at: '2026-01-01T00:00:00Z' },
  segments: {
    name: 'Segment',
    kind: 'rule',
    rule_version: 1,
    member_count: 0,
    version: 1,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
  },
  segment_memberships: { stay: 1, entered_at: '2026-01-01T00:00:00Z', entered_by: 'list' },
};

/** Writes customers with all that rules look at. */
export async function fillCustomers(pool: Pool, shopId: string, customers: readonly Known[]): Promise<void> {
  await insert(
    pool,
    'customers',
    customers.map(({ id, country, locale, company, metadata, preferences, createdAt }) => ({
      shop_id: shopId,
      id,
      country,
      locale,
      company,
      metadata,
      preferences,
      created_at: createdAt,
      updated_at: createdAt,
    })),
  );
  const each = (rowsOf: (one: Known) => object[]) =>
    customers.flatMap((one) =>
      rowsOf(one).map((row, i) => ({ shop_id: shopId, customer_id: one.id, position: i + 1, ...row })),
    );
  const points = each(({ kinds }) => kinds.map((kind) => ({ kind, value: `${kind} of somebody` })));
  await insert(pool, 'contact_points', points);
  await insert(
    pool,
    'consents',
    each(({ decisions }) => decisions.map((decision) => ({ ...decision, id: newId() }))),
  );
  const purchases = each((one) =>
    one.purchases.map(({ amount, placedAt, categories }) => ({
      order_id: newId(),
      amount,
      placed_at: placedAt,
      categories,
    })),
  );
  await insert(pool, 'customer_purchases', purchases);
  const memberships = each(({ segmentIds }) => segmentIds.map((id) => ({ segment_id: id })));
  await insert(pool, 'segment_memberships', memberships);
}

/** Writes segments: of rules, or lists where there is none. */
export const fillSegments = (
  pool: Pool,
  shopId: string,
  segments: readonly { id: string; rule?: object }[],
) =>
  insert(
    pool,
    'segments',
    segments.map(({ id, rule }) => ({
      shop_id: shopId,
      id,
      ...(rule ? { rule } : { kind: 'list', rule_version: 0 }),
    })),
  );

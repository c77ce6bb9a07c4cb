import { sql } from 'drizzle-orm';
import type { Db } from '../../src/platform/db/client.ts';

// These hold answers and figures, not what a request was to change.
const LEFT_OUT = ['idempotency_keys', 'schema_migrations', 'subscriber_cursors', 'feed_heads'];

/** A fingerprint of every row of every table: equal before and after means that nothing was written. */
export async function fingerprint(db: Db, shopId?: string): Promise<Record<string, string>> {
  const parts = (await listTables(db)).map(({ name, owner }) => {
    const rows = sql`count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)), 0)`;
    const ofShop = shopId === undefined ? sql`` : sql` where ${sql.identifier(owner)} = ${shopId}`;
    return sql`select ${name}::text as name, ${rows} as print from ${sql.identifier(name)} t${ofShop}`;
  });
  // In an order of its own: a large union is read by several workers, in whatever order they come.
  const all = sql`select name, print from (${sql.join(parts, sql` union all `)}) tables order by name`;
  const { rows } = await db.execute<{ name: string; print: string }>(all);
  return Object.fromEntries(rows.map(({ name, print }) => [name, print]));
}

/** Every id that stands anywhere in a shop's rows. */
export async function idsOf(db: Db, shopId: string): Promise<Set<string>> {
  const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
  const parts = (await listTables(db)).map(({ name, owner }) => {
    const ofShop = sql`t.${sql.identifier(owner)} = ${shopId}`;
    return sql`select found[1] as id from ${sql.identifier(name)} t, regexp_matches(t::text, ${uuid}, 'g') found where ${ofShop}`;
  });
  const { rows } = await db.execute<{ id: string }>(sql.join(parts, sql` union `));
  return new Set(rows.map(({ id }) => id));
}

/** The tables, each with the column that says whose a row is. */
async function listTables(db: Db): Promise<{ name: string; owner: string }[]> {
  const { rows } = await db.execute<{ name: string; owner: string }>(
    sql`select table_name as name, max(column_name) filter (where column_name in ('shop_id', 'id')) as owner
      from information_schema.columns where table_schema = 'public' group by 1 order by 1`,
  );
  return rows.filter(({ name }) => !LEFT_OUT.includes(name));
}

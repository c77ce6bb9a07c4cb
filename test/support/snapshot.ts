import { sql } from 'drizzle-orm';
import type { Db } from '../../src/platform/db/client.ts';

// These hold answers and figures, not what a request was to change.
const LEFT_OUT = ['idempotency_keys', 'schema_migrations', 'subscriber_cursors', 'feed_heads'];

/** A fingerprint of every row of every table: equal before and after means that nothing was written. */
export async function fingerprint(db: Db, shopId?: string): Promise<Record<string, string>> {
  const owner = sql`coalesce(to_jsonb(t) ->> 'shop_id', to_jsonb(t) ->> 'id')`;
  const parts = (await listTables(db)).map((name) => {
    const rows = sql`count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)), 0)`;
    const ofShop = shopId === undefined ? sql`` : sql` where ${owner} = ${shopId}`;
    return sql`select ${name}::text as name, ${rows} as print from ${sql.identifier(name)} t${ofShop}`;
  });
  const { rows } = await db.execute<{ name: string; print: string }>(sql.join(parts, sql` union all `));
  return Object.fromEntries(rows.map(({ name, print }) => [name, print]));
}

/** Every id that stands anywhere in a shop's rows. */
export async function idsOf(db: Db, shopId: string): Promise<Set<string>> {
  const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
  const parts = (await listTables(db)).map((name) => {
    const ofShop = sql`coalesce(to_jsonb(t) ->> 'shop_id', to_jsonb(t) ->> 'id') = ${shopId}`;
    return sql`select found[1] as id from ${sql.identifier(name)} t, regexp_matches(t::text, ${uuid}, 'g') found where ${ofShop}`;
  });
  const { rows } = await db.execute<{ id: string }>(sql.join(parts, sql` union `));
  return new Set(rows.map(({ id }) => id));
}

async function listTables(db: Db): Promise<string[]> {
  const { rows } = await db.execute<{ name: string }>(
    sql`select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
  );
  return rows.map(({ name }) => name).filter((name) => !LEFT_OUT.includes(name));
}

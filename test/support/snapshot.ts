import { sql } from 'drizzle-orm';
import type { Db } from '../../src/platform/db/client.ts';

// These hold answers and figures, not what a request was to change.
const LEFT_OUT = ['idempotency_keys', 'schema_migrations', 'subscriber_cursors', 'feed_heads'];

/** A fingerprint of every row of every table: equal before and after means that nothing was written. */
export async function fingerprint(db: Db): Promise<Record<string, string>> {
  const { rows } = await db.execute<{ name: string }>(
    sql`select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
  );
  const prints: Record<string, string> = {};
  for (const { name } of rows.filter((row) => !LEFT_OUT.includes(row.name))) {
    const [found] = (
      await db.execute<{ print: string }>(
        sql`select count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)), 0) as print from ${sql.identifier(name)} t`,
      )
    ).rows;
    prints[name] = found?.print ?? '';
  }
  return prints;
}

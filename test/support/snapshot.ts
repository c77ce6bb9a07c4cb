import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Db } from '../../src/platform/db/client.ts';

// These hold answers and figures, not what a request was to change.
const LEFT_OUT = ['idempotency_keys', 'schema_migrations', 'subscriber_cursors', 'feed_heads'];

/** A fingerprint of every row of every table: equal before and after means that nothing was written. */
export async function fingerprint(db: Db, shopId?: string): Promise<Record<string, string>> {
  const parts = (await listTables(db)).map(({ name, owner }) => {
    const print = "count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)), 0)";
    const ofShop = shopId === undefined ? '' : ` where ${isOf(owner, shopId)}`;
    return `select ${pg.escapeLiteral(name)}::text as name, ${print} as print from ${pg.escapeIdentifier(name)} t${ofShop}`;
  });
  const all = `select name, print from (${parts.join(' union all ')}) tables order by name`;
  const rows = await readAll<{ name: string; print: string }>(db, all);
  return Object.fromEntries(rows.map(({ name, print }) => [name, print]));
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Every id that stands anywhere in a shop's rows. Looked for here: Postgres takes ten times as long to find them. */
export async function idsOf(db: Db, shopId: string): Promise<Set<string>> {
  const parts = (await listTables(db)).map(
    ({ name, owner }) =>
      `select string_agg(t::text, ' ') as text from ${pg.escapeIdentifier(name)} t where ${isOf(owner, shopId)}`,
  );
  const rows = await readAll<{ text: string | null }>(db, parts.join(' union all '));
  return new Set(rows.flatMap(({ text }) => text?.match(UUID) ?? []));
}

const isOf = (owner: string, shopId: string) =>
  `t.${pg.escapeIdentifier(owner)} = ${pg.escapeLiteral(shopId)}`;

// A hundred tables are planned longer than they are read: a connection that has planned the text keeps its plan, unless a pooler
// would not follow. For a union this large Postgres would start workers, who take longer than all the tables.
async function readAll<T extends pg.QueryResultRow>({ $client }: Db, text: string): Promise<T[]> {
  const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
  const client = await $client.connect();
  try {
    await client.query('begin read only; set local max_parallel_workers_per_gather = 0');
    const { rows } = await client.query<T>(process.env['TEST_POOLER'] === 'on' ? { text } : { name, text });
    await client.query('commit');
    client.release();
    return rows;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

const listed = new WeakMap<Db, ReturnType<typeof findTables>>();

/** The tables, each with the column that says whose a row is: asked once, because migrations are over when an application runs. */
function listTables(db: Db): ReturnType<typeof findTables> {
  const tables = listed.get(db) ?? findTables(db);
  listed.set(db, tables);
  return tables;
}

async function findTables({ $client }: Db): Promise<{ name: string; owner: string }[]> {
  const { rows } = await $client.query<{ name: string; owner: string }>(
    `select table_name as name, max(column_name) filter (where column_name in ('shop_id', 'id')) as owner
      from information_schema.columns where table_schema = 'public' group by 1 order by 1`,
  );
  return rows.filter(({ name }) => !LEFT_OUT.includes(name));
}

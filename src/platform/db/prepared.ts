import { drizzle } from 'drizzle-orm/node-postgres';
import type { PgDatabase } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import type { Reader } from './client.ts';

type Builder = PgDatabase<never>;
interface Prepared<T> {
  execute(values?: Record<string, unknown>): Promise<T>;
}
interface Preparable<T> {
  prepare(name: string): Prepared<T>;
}

// Drizzle binds a prepared query to one client; transactions each have their own. A query is therefore built
// once without a client, and every execution borrows the caller's.
const builder = drizzle.mock() as unknown as Builder;
const names = new Set<string>();

/**
 * Prepares a Drizzle query once, at module level; `sql.placeholder` marks its values. Building a query on every
 * call costs 2.5 to 3 times as much. `name` is the statement's name in Postgres and must be unique.
 */
export function prepared<T, Values extends Record<string, unknown>>(
  name: string,
  build: (db: Builder) => Preparable<T>,
): (on: Reader, values: Values) => Promise<T> {
  claimName(name);
  const query = build(builder).prepare(name) as Prepared<T> & { queryConfig: object; rawQueryConfig: object };
  const unnamed = {
    queryConfig: { ...query.queryConfig, name: undefined },
    rawQueryConfig: { ...query.rawQueryConfig, name: undefined },
  };
  return (on, values) => {
    const bound = Object.assign(Object.create(query), { client: on.$client }, isNamed(on) ? {} : unnamed);
    return (bound as Prepared<T>).execute(values);
  };
}

/**
 * Prepares a statement written by hand, for what one statement with several data-changing parts does in a single
 * round trip. Values are positional. Columns of type int8 come back as bigint.
 */
export function preparedSql<Row extends pg.QueryResultRow>(
  name: string,
  text: string,
): (on: Reader, values: readonly unknown[]) => Promise<Row[]> {
  claimName(name);
  return async (on, values) => {
    const config = isNamed(on) ? { name, text, values: [...values] } : { text, values: [...values] };
    const result = await on.$client.query<Row>(config);
    return result.rows;
  };
}

function claimName(name: string): void {
  if (names.has(name)) throw new Error(`two prepared statements are named ${name}`);
  names.add(name);
}

const isNamed = (on: Reader): boolean =>
  (on as unknown as { preparedStatements: boolean }).preparedStatements;

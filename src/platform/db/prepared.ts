import { fillPlaceholders } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type { PgDatabase } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import type { Reader } from './client.ts';
import { type SelectedField, createRowReader, rowTypes } from './rows.ts';

type Builder = PgDatabase<never>;
interface Preparable<T> {
  prepare(name: string): { execute(values?: Record<string, unknown>): Promise<T> };
}
/** What Drizzle knows of a prepared query and keeps to itself. */
interface Known {
  readonly queryString: string;
  readonly params: unknown[];
  readonly fields?: readonly SelectedField[];
  readonly joinsNotNullableMap?: Record<string, boolean>;
}

// Drizzle binds a prepared query to one client; transactions each have their own. A query is therefore built once without a
// client. Its text is also executed without Drizzle, which decides anew for every row what each column is.
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
  return compile(name, build(builder));
}

// A shape is a combination of filters, sort and page size. Who tries out every one of them gets unprepared statements.
const MAX_SHAPES = 200;

/** Prepares a query for each shape in which it is asked, the first time that it is. */
export function preparedByShape<T, Shape extends object>(
  name: string,
  build: (db: Builder, shape: Shape) => Preparable<T>,
): (on: Reader, shape: Shape, values: Record<string, unknown>) => Promise<T> {
  claimName(name);
  const shapes = new Map<string, Execute<T>>();
  return (on, shape, values) => {
    const key = JSON.stringify(shape);
    let execute = shapes.get(key);
    if (!execute) {
      const isKept = shapes.size < MAX_SHAPES;
      execute = compile(isKept ? `${name}_${shapes.size}` : undefined, build(builder, shape), true);
      if (isKept) shapes.set(key, execute);
    }
    return execute(on, values);
  };
}

type Execute<T> = (on: Reader, values: Record<string, unknown>) => Promise<T>;

function compile<T>(name: string | undefined, query: Preparable<T>, mayBeLong = false): Execute<T> {
  const {
    queryString: text,
    params,
    fields,
    joinsNotNullableMap,
  } = query.prepare(name ?? '') as unknown as Known;
  const isShort = !mayBeLong && isLockFree(text);
  const read = fields && createRowReader(fields, joinsNotNullableMap);
  return async (on, values) => {
    const result = await run(on, isShort, {
      ...(name !== undefined && isNamed(on) ? { name } : {}),
      text,
      values: fillPlaceholders(params, values),
      rowMode: 'array',
      types: rowTypes,
    } as pg.QueryConfig);
    return (read ? (result.rows as unknown[][]).map(read) : result) as T;
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
  return statement(name, text, false);
}

/** The same for a short read: one that waits for no lock and reads few rows along an index. */
export function preparedRead<Row extends pg.QueryResultRow>(
  name: string,
  text: string,
): (on: Reader, values: readonly unknown[]) => Promise<Row[]> {
  if (!isLockFree(text)) throw new Error(`the statement ${name} is no read`);
  return statement(name, text, true);
}

/**
 * A statement about many rows, planned each time for the tables as they are by then. Planning it costs nothing beside it, and a
 * kept plan that was made while a table was empty may read all of what the table has come to be.
 */
export function plannedSql<Row extends pg.QueryResultRow>(
  text: string,
): (on: Reader, values: readonly unknown[]) => Promise<Row[]> {
  return async (on, values) => (await run(on, false, { text, values: [...values] })).rows as Row[];
}

function statement<Row extends pg.QueryResultRow>(name: string, text: string, isShort: boolean) {
  claimName(name);
  return async (on: Reader, values: readonly unknown[]): Promise<Row[]> => {
    const config = isNamed(on) ? { name, text, values: [...values] } : { text, values: [...values] };
    return (await run(on, isShort, config)).rows as Row[];
  };
}

// A short read outside of a transaction shares a lane; everything else has a connection to itself.
const run = (on: Reader, isShort: boolean, config: pg.QueryConfig): Promise<pg.QueryResult> =>
  isShort && 'lanes' in on ? on.lanes.query(config) : on.$client.query(config);

/** A select that takes no row locks. */
const isLockFree = (text: string): boolean =>
  /^\s*select\b/i.test(text) && !/\bfor (no key update|update|share|key share)\b/i.test(text);

function claimName(name: string): void {
  if (names.has(name)) throw new Error(`two prepared statements are named ${name}`);
  names.add(name);
}

const isNamed = (on: Reader): boolean =>
  (on as unknown as { preparedStatements: boolean }).preparedStatements;

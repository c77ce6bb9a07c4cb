import { type InferSelectModel, type SQL, and, asc, desc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { checkKey, type Page, readCursor, rowsAfter, toPage } from '../http/pagination.ts';
import type { Reader } from './client.ts';
import { preparedByShape } from './prepared.ts';

type Value = string | number | boolean | Date;
type Condition = (value: SQL) => SQL;

interface Keyset<T extends PgTable, F extends string, S extends string> {
  /** The list's name, in cursors and statements. */
  readonly name: string;
  readonly table: T;
  /** What may be asked for, each with the condition that it stands for. */
  readonly filters: Readonly<Record<F, Condition>>;
  /** Ways of sorting. The columns end in the id, and an index begins with the shop and goes along them. */
  readonly sorts: Readonly<
    Record<S, { readonly columns: readonly PgColumn[]; readonly direction: 'asc' | 'desc' }>
  >;
}

interface ListQuery<F extends string, S extends string> {
  readonly shopId: string;
  readonly page: { readonly limit: number; readonly cursor?: string };
  readonly sort: S;
  readonly filters: Readonly<Partial<Record<F, Value | undefined>>>;
}

/**
 * A list by keyset: no offset, so that the last page costs what the first does. Each combination of filters and sort is
 * prepared when it is first asked for.
 */
export function createKeyset<T extends PgTable, F extends string, S extends string>(keyset: Keyset<T, F, S>) {
  type Row = InferSelectModel<T>;
  const { name, table, filters, sorts } = keyset;
  const shopId = getTableColumns(table)['shopId'] as PgColumn;
  const select = preparedByShape<Row[], Shape<F, S>>(`list_${name}`, (db, shape) => {
    const { columns, direction } = sorts[shape.sort];
    const places = columns.map((_, i) => sql.placeholder(`key${i}`));
    const after = shape.isContinued ? rowsAfter(columns, places, direction) : undefined;
    const conditions = shape.filters.map((filter) => filters[filter](sql`${sql.placeholder(filter)}`));
    const order = direction === 'desc' ? desc : asc;
    return db
      .select()
      .from<PgTable>(table)
      .where(and(eq(shopId, sql.placeholder('shopId')), ...conditions, after))
      .orderBy(...columns.map((column) => order(column)))
      .limit(shape.rows) as never;
  });

  return async (on: Reader, query: ListQuery<F, S>): Promise<Page<Row>> => {
    const key = readCursor(name, query.page);
    const { columns } = sorts[query.sort];
    if (key) checkKey(columns, key);
    const given = (Object.keys(query.filters) as F[]).filter((filter) => query.filters[filter] !== undefined);
    const shape = {
      filters: given.toSorted(),
      sort: query.sort,
      rows: rowsFor(query.page.limit + 1),
      isContinued: key !== undefined,
    };
    const values: Record<string, unknown> = { shopId: query.shopId };
    for (const filter of given) values[filter] = toText(query.filters[filter] as Value);
    for (const [i, value] of (key ?? []).entries()) values[`key${i}`] = value;
    const properties = columns.map((column) => propertyOf(table, column));
    const keyOf = (row: Row) =>
      properties.map((property) => toText((row as Record<string, Value>)[property] as Value));
    return toPage(name, query.page, await select(on, shape, values), keyOf);
  };
}

interface Shape<F extends string, S extends string> {
  readonly filters: readonly F[];
  readonly sort: S;
  /** How many are read; the page is cut from them. */
  readonly rows: number;
  readonly isContinued: boolean;
}

// A number of rows is part of a plan, and there are two hundred page sizes.
const STEPS = [2, 11, 51, 101];
const MOST_ROWS = 201;
const rowsFor = (wanted: number): number => STEPS.find((step) => step >= wanted) ?? MOST_ROWS;

const toText = (value: Value): string | number | boolean =>
  value instanceof Date ? value.toISOString() : value;

const propertyOf = (table: PgTable, column: PgColumn): string =>
  Object.entries(getTableColumns(table)).find(([, candidate]) => candidate.name === column.name)?.[0] ?? '';

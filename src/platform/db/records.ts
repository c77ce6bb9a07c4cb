import { getTableColumns, getTableName } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Tx } from './client.ts';
import { preparedSql } from './prepared.ts';

const columnNames = new WeakMap<PgTable, [property: string, column: string][]>();

function columnsOf(table: PgTable): [string, string][] {
  let names = columnNames.get(table);
  if (!names) {
    names = Object.entries(getTableColumns(table)).map(([property, column]) => [property, column.name]);
    columnNames.set(table, names);
  }
  return names;
}

/**
 * Rows as JSON for `jsonb_populate_recordset(null::<table>, …)`: any number of rows in one parameter of one prepared
 * statement. Every column must be in the row, because what is missing becomes null and not its default.
 */
export function recordsJson<T extends PgTable>(table: T, rows: readonly T['$inferSelect'][]): string {
  const names = columnsOf(table);
  return JSON.stringify(rows.map((row) => toRecord(names, row as Record<string, unknown>)));
}

function toRecord(names: readonly [string, string][], row: Record<string, unknown>): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [property, column] of names) {
    const value = row[property];
    // JSON has no bigint; Postgres reads the digits from a string as well.
    record[column] = typeof value === 'bigint' ? value.toString() : value;
  }
  return record;
}

/** A statement that inserts rows, any number of them; `rest` is what follows, such as `on conflict do nothing`. */
export function rowInsert<T extends PgTable>(name: string, table: T, rest = '') {
  const target = getTableName(table);
  const insert = preparedSql<{ id: string }>(
    name,
    `insert into ${target} select * from jsonb_populate_recordset(null::${target}, $1::jsonb) ${rest}`,
  );
  return (tx: Tx, rows: readonly T['$inferSelect'][]) => insert(tx, [recordsJson(table, rows)]);
}

const value = (column: PgColumn, at: number): string => `$${at + 1}::${column.getSQLType()}`;

/**
 * The same for very many rows: what all rows have in common is sent once, everything else column by column, which takes Postgres
 * a quarter of the time that JSON takes it. `varying` are the columns in which rows differ.
 */
export function columnInsert<T extends PgTable, Varying extends keyof T['$inferSelect'] & string>(
  name: string,
  table: T,
  varying: readonly Varying[],
) {
  type Row = T['$inferSelect'];
  const columns = Object.entries(getTableColumns(table));
  const isVarying = (property: string) => (varying as readonly string[]).includes(property);
  const common = columns.filter(([property]) => !isVarying(property));
  const differing = columns.filter(([property]) => isVarying(property));
  const arrays = differing.map(([, column], at) => `${value(column, common.length + at)}[]`);
  const insert = preparedSql<{ id: string }>(
    name,
    `insert into ${getTableName(table)} (${[...common, ...differing].map(([, column]) => column.name).join(', ')})
     select ${[...common.map(([, column], at) => value(column, at)), 'r.*'].join(', ')} from unnest(${arrays.join(', ')}) r`,
  );
  return (tx: Tx, shared: Omit<Row, Varying>, rows: readonly Pick<Row, Varying>[]) =>
    insert(tx, [
      ...common.map(([property]) => (shared as Record<string, unknown>)[property]),
      ...differing.map(([property]) => rows.map((row) => (row as Record<string, unknown>)[property])),
    ]);
}

const NEVER_CHANGED = new Set(['shop_id', 'created_at']);

/**
 * A statement that writes changed rows of a shop, told apart by `key`, each one version further than it was read, and returns the ids of those that it found
 * at that version. One text for whatever changes, so that it is prepared; what stays the same costs Postgres nothing. It
 * writes back what was read: that loses nothing because every other statement raises the version as well, which the database
 * itself demands (`refuse_same_version`).
 */
export function rowUpdate<T extends PgTable>(name: string, table: T, key = 'id') {
  const target = getTableName(table);
  const assignments = columnsOf(table)
    .filter(([, column]) => column !== key && !NEVER_CHANGED.has(column))
    .map(([, column]) => `${column} = r.${column}`);
  const update = preparedSql<{ id: string }>(
    name,
    `update ${target} t set ${assignments.join(', ')} from jsonb_populate_recordset(null::${target}, $1::jsonb) r
     where t.shop_id = r.shop_id and t.${key} = r.${key} and t.version = r.version - 1 returning t.${key} as id`,
  );
  return (tx: Tx, rows: readonly T['$inferSelect'][]) => update(tx, [recordsJson(table, rows)]);
}

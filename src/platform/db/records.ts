import { getTableColumns } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';

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

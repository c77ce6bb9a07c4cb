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

// JSON has no bigint; Postgres reads the digits from a string as well.
const plain = (value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

/**
 * Rows as JSON for `jsonb_populate_recordset(null::<table>, …)`: any number of rows in one parameter of one prepared
 * statement. Every column must be in the row, because what is missing becomes null and not its default.
 */
export function recordsJson<T extends PgTable>(table: T, rows: readonly T['$inferSelect'][]): string {
  const names = columnsOf(table);
  return JSON.stringify(
    rows.map((row) =>
      Object.fromEntries(
        names.map(([property, column]) => [column, plain((row as Record<string, unknown>)[property])]),
      ),
    ),
  );
}

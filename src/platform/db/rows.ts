import { Column, getTableName, is, SQL } from 'drizzle-orm';
import pg from 'pg';

/** A column of a query as Drizzle describes it: where its value goes, and what decodes it. */
export interface SelectedField {
  readonly path: readonly string[];
  readonly field: unknown;
}

interface Decoder {
  mapFromDriverValue(value: unknown): unknown;
}
type Decode = (value: unknown) => unknown;

const INT8: number = pg.types.builtins.INT8;
const TIMESTAMPTZ: number = pg.types.builtins.TIMESTAMPTZ;

const parserOf = pg.types.getTypeParser as (oid: number, format?: string) => (text: string) => unknown;
const anyInstant = parserOf(TIMESTAMPTZ);

// Postgres writes `2026-03-17 08:05:00.123+00` on a connection in UTC, which is nearly ISO 8601 and read in a fifth of the
// time. Other zones have offsets of seconds, and years before Christ.
const instantOf = (text: string): unknown =>
  text.endsWith('+00') ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`) : anyInstant(text);

/** How Postgres's text becomes a value. Amounts never pass through a float or a string. */
export const rowTypes = {
  getTypeParser: (oid: number, format?: string): ((text: string) => unknown) => {
    if (format === 'binary') return parserOf(oid, format);
    if (oid === INT8) return BigInt;
    return oid === TIMESTAMPTZ ? instantOf : parserOf(oid, format);
  },
};

/**
 * Makes the function that turns a row, as an array, into the object that a Drizzle query selects: what each column is is
 * decided once per query. `required` says of each table of a join whether it always has a row; a table that an outer
 * join found nothing in is null, and not an object of nulls.
 */
export function createRowReader(
  fields: readonly SelectedField[],
  required: Readonly<Record<string, boolean>> = {},
): (row: readonly unknown[]) => unknown {
  const columns = fields.map(({ path, field }) => ({ path, decode: decoderOf(field) }));
  if (columns.every(({ path }) => path.length === 1)) return (row) => readFlat(row, columns);
  const optional = optionalGroups(fields, required);
  return (row) => {
    const read = readNested(row, columns);
    for (const group of optional) {
      if (Object.values(read[group] ?? {}).every((value) => value === null)) read[group] = null;
    }
    return read;
  };
}

interface ReadColumn {
  readonly path: readonly string[];
  readonly decode: Decode | undefined;
}

const valueOf = (value: unknown, { decode }: ReadColumn): unknown =>
  value === null || decode === undefined ? value : decode(value);

function readFlat(row: readonly unknown[], columns: readonly ReadColumn[]): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [i, column] of columns.entries()) read[column.path[0] as string] = valueOf(row[i], column);
  return read;
}

function readNested(row: readonly unknown[], columns: readonly ReadColumn[]) {
  const read: Record<string, Record<string, unknown> | null> = {};
  for (const [i, column] of columns.entries()) {
    const [group = '', name] = column.path;
    const value = valueOf(row[i], column);
    if (name === undefined) (read as Record<string, unknown>)[group] = value;
    else (read[group] ??= {})[name] = value;
  }
  return read;
}

function optionalGroups(
  fields: readonly SelectedField[],
  required: Readonly<Record<string, boolean>>,
): string[] {
  const groups = new Set(fields.flatMap(({ path }) => (path.length > 1 ? [path[0] as string] : [])));
  return [...groups].filter((group) => {
    const tables = fields.flatMap(({ path, field }) =>
      path[0] === group && is(field, Column) ? [getTableName(field.table)] : [],
    );
    return tables.length > 0 && tables.every((table) => table === tables[0] && required[table] === false);
  });
}

// What the types above have decoded already.
const DECODED = new Set([
  'PgTimestamp',
  'PgBigInt64',
  'PgText',
  'PgUUID',
  'PgInteger',
  'PgBoolean',
  'PgJsonb',
]);

function decoderOf(field: unknown): Decode | undefined {
  if (is(field, Column)) {
    return DECODED.has(field.columnType) ? undefined : (value) => field.mapFromDriverValue(value);
  }
  const { decoder } = (is(field, SQL) ? field : (field as { sql: SQL }).sql) as unknown as {
    decoder: Decoder;
  };
  return (value) => decoder.mapFromDriverValue(value);
}

import { createHash } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { Type } from '@sinclair/typebox';
import { platformErrors } from '../errors.ts';
import { canonicalJson } from './canonical.ts';

/** The query parameters that every list takes. */
export const pageQuery = {
  limit: Type.Integer({
    minimum: 1,
    maximum: 200,
    default: 50,
    description: 'How many resources a page holds.',
  }),
  cursor: Type.Optional(
    Type.String({ maxLength: 2000, description: 'The `nextCursor` of the page before.' }),
  ),
};

export interface Page<T> {
  readonly rows: readonly T[];
  readonly nextCursor: string | null;
}

type KeyValue = string | number | boolean | null;

/** A cursor holds the last row's sort key and is bound to the filter and sort that it was made for. */
const bindingOf = (query: object): string => {
  const { cursor: _cursor, limit: _limit, ...rest } = query as Record<string, unknown>;
  return createHash('sha256').update(canonicalJson(rest)).digest('base64url').slice(0, 16);
};

/** Reads a cursor; `invalid_cursor` when it is broken or belongs to another list, filter or sort. */
export function readCursor(list: string, query: { cursor?: string }): KeyValue[] | undefined {
  if (query.cursor === undefined) return undefined;
  try {
    const [name, binding, ...key] = JSON.parse(
      Buffer.from(query.cursor, 'base64url').toString(),
    ) as KeyValue[];
    const isPlain = key.every((value) => value === null || typeof value !== 'object');
    if (isPlain && name === list && binding === bindingOf(query)) return key;
  } catch {
    // Told apart from a foreign cursor by nobody: both are not ours to continue.
  }
  throw invalidCursor();
}

const invalidCursor = () =>
  platformErrors.invalid_cursor(undefined, {
    violations: [
      { in: 'query', pointer: '/cursor', code: 'invalid_cursor', detail: 'is not a cursor of this list' },
    ],
  });

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
// Date.parse takes the 30th of February for the 2nd of March; what comes out of a column reads the same again.
const isInstant = (value: string): boolean =>
  INSTANT.test(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const LARGEST_INT8 = 2n ** 63n - 1n;
// What a column's value looks like in a cursor. Anybody can write one, and Postgres must not have to refuse it.
const LOOKS: Record<string, (value: unknown) => boolean> = {
  PgTimestamp: (value) => typeof value === 'string' && value >= '0001' && isInstant(value),
  PgUUID: (value) => typeof value === 'string' && UUID.test(value),
  PgText: (value) => typeof value === 'string',
  PgInteger: (value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31,
  PgBigInt64: (value) => /^\d{1,19}$/.test(String(value)) && BigInt(String(value)) <= LARGEST_INT8,
};

/** Throws `invalid_cursor` unless the key has a value for each column that the column can have. */
export function checkKey(columns: readonly PgColumn[], key: readonly unknown[]): void {
  const fits = columns.every(({ columnType }, i) => LOOKS[columnType]?.(key[i]) ?? false);
  if (key.length !== columns.length || !fits) throw invalidCursor();
}

/** Cuts the page from rows that were read beyond its `limit`, at least one, and makes the cursor of the next. */
export function toPage<T>(
  list: string,
  query: { limit: number; cursor?: string },
  rows: readonly T[],
  keyOf: (row: T) => KeyValue[],
): Page<T> {
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  if (rows.length <= query.limit || last === undefined) return { rows: page, nextCursor: null };
  const cursor = JSON.stringify([list, bindingOf(query), ...keyOf(last)]);
  return { rows: page, nextCursor: Buffer.from(cursor).toString('base64url') };
}

/** The condition for rows after `key` in the order of `columns`; `invalid_cursor` when the columns cannot have such values. */
export function afterKey(
  columns: readonly PgColumn[],
  key: readonly unknown[] | undefined,
  direction: 'asc' | 'desc',
): SQL | undefined {
  if (!key) return undefined;
  checkKey(columns, key);
  return rowsAfter(columns, key, direction);
}

/** The keyset condition: columns and values compared as one row value along the index. The values may be placeholders. */
export function rowsAfter(
  columns: readonly PgColumn[],
  values: readonly unknown[],
  direction: 'asc' | 'desc',
): SQL {
  const left = sql.join(
    columns.map((column) => sql`${column}`),
    sql`, `,
  );
  const right = sql.join(
    values.map((value, i) => sql`${value}::${sql.raw(columns[i]?.getSQLType() ?? 'text')}`),
    sql`, `,
  );
  return direction === 'asc' ? sql`(${left}) > (${right})` : sql`(${left}) < (${right})`;
}

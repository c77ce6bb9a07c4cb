import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';

export type Row = Readonly<Record<string, string>>;

const folder = fileURLToPath(new URL('../../../data/northwind/', import.meta.url));

/** The rows of one file, every value as text. */
export const readRows = (name: string): Row[] =>
  parse(readFileSync(`${folder}${name}.csv`), { columns: true, bom: true, skip_empty_lines: true });

/** A value that must be there. */
export function valueOf(row: Row, column: string): string {
  const value = row[column];
  if (value === undefined || value === 'NULL') throw new Error(`a row has no ${column}`);
  return value;
}

/** A value, or undefined where the file says NULL. */
export const optionalOf = (row: Row, column: string): string | undefined => {
  const value = row[column];
  return value === undefined || value === 'NULL' || value === '' ? undefined : value;
};

/** `12.5` as 1250 cents. Works on digits: no float is made. */
export function centsOf(text: string): bigint {
  const match = /^(\d+)(?:\.(\d{1,4}))?$/.exec(text);
  const fraction = (match?.[2] ?? '').padEnd(4, '0');
  if (!match || !fraction.endsWith('00')) throw new Error(`${text} is no amount of cents`);
  return BigInt(match[1] ?? '0') * 100n + BigInt(fraction.slice(0, 2));
}

/** A fraction such as `0.15` as 1,500 basis points. */
export function bpsOf(text: string): number {
  const match = /^(\d+)(?:\.(\d{1,4}))?$/.exec(text);
  if (!match) throw new Error(`${text} is no fraction`);
  return Number(match[1]) * 10_000 + Number((match[2] ?? '').padEnd(4, '0'));
}

/** `1996-07-04 00:00:00.000` as midnight UTC of that day. */
export const dayOf = (text: string): Date => new Date(`${text.slice(0, 10)}T00:00:00Z`);

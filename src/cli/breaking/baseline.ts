import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { allErrors } from '../../registry.ts';
import { findUndeclared } from './declared.ts';
import { type Contract, findBreakingChanges } from './operations.ts';

const FILE = fileURLToPath(new URL('../../../openapi/baseline.json', import.meta.url));
const CHANGELOG = fileURLToPath(new URL('../../../CHANGELOG.md', import.meta.url));

/** What the code promises now, from the documents made of it. */
export const currentContract = (documents: Readonly<Record<string, string>>): Contract => ({
  openapi: withoutWords(JSON.parse(documents['openapi.json'] ?? '{}')) as object,
  errors: Object.fromEntries(
    allErrors()
      .map(({ error }): [string, number] => [error.code, error.status])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ),
  events: withoutWords(JSON.parse(documents['events.json'] ?? '{}')) as Contract['events'],
});

/** Descriptions and examples break nobody; without them the baseline changes only when the contract does. */
function withoutWords(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutWords(item));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(
    ([key, inner]) => isNames || !(key === 'example' || (WORDS.has(key) && typeof inner === 'string')),
  );
  return Object.fromEntries(
    kept.map(([key, inner]) => [key, withoutWords(inner, !isNames && MAPS.has(key))]),
  );
}

const WORDS = new Set(['description', 'summary']);
const MAPS = new Set(['properties', 'schemas', 'paths', 'responses', 'headers', 'content']);

/** What breaks clients of the baseline and is not in the changelog; `all` with what is. */
export function checkBaseline(documents: Readonly<Record<string, string>>) {
  const baseline = JSON.parse(readFileSync(FILE, 'utf8')) as Contract;
  const all = findBreakingChanges(baseline, currentContract(documents));
  return { all, undeclared: findUndeclared(all, readFileSync(CHANGELOG, 'utf8')) };
}

/** Makes what the code says now the document that clients are generated from. */
export function writeBaseline(documents: Readonly<Record<string, string>>): void {
  writeFileSync(FILE, `${JSON.stringify(currentContract(documents), null, 2)}\n`);
}

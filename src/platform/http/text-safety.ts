import type { Violation } from '../errors.ts';

// Postgres stores no U+0000, and a lone surrogate has no UTF-8 form: it would come back as another character.
const isStorableText = (value: string): boolean => !value.includes('\u0000') && value.isWellFormed();

// No body of ours nests deeper than a handful of levels; a million brackets would exhaust the stack.
const MAX_DEPTH = 32;

/** Whether `findUnstorableText` would find nothing. Nearly every request passes, so it builds nothing. */
export function isStorable(value: unknown, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  if (typeof value === 'string') return isStorableText(value);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return true;
  if (Array.isArray(value)) return value.every((item) => isStorable(item, depth + 1));
  for (const key in value) {
    if (!isStorableText(key) || !isStorable((value as Record<string, unknown>)[key], depth + 1)) return false;
  }
  return true;
}

/** Every string in `value` that Postgres cannot store as it is, keys included; also nesting without end. */
export function findUnstorableText(
  value: unknown,
  part: Violation['in'],
  pointer = '',
  depth = 0,
): Violation[] {
  if (depth > MAX_DEPTH) {
    return [
      { in: part, pointer: '', code: 'too_deep', detail: `The value nests deeper than ${MAX_DEPTH} levels.` },
    ];
  }
  if (typeof value === 'string') {
    if (isStorableText(value)) return [];
    const detail = 'The text contains U+0000 or half of a surrogate pair, which cannot be stored.';
    return [{ in: part, pointer, code: 'unstorable_text', detail }];
  }
  if (Array.isArray(value))
    return value.flatMap((item, index) => findUnstorableText(item, part, `${pointer}/${index}`, depth + 1));
  // A body kept as bytes is checked by whoever reads it.
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (!isStorableText(key)) return findUnstorableText(key, part, pointer, depth);
    return findUnstorableText(
      item,
      part,
      `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      depth + 1,
    );
  });
}

import type { Violation } from '../errors.ts';

// Postgres stores no U+0000, and a lone surrogate has no UTF-8 form: it would come back as another character.
const isStorable = (value: string): boolean => !value.includes('\u0000') && value.isWellFormed();

// No body of ours nests deeper than a handful of levels; a million brackets would exhaust the stack.
const MAX_DEPTH = 32;

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
    if (isStorable(value)) return [];
    const detail = 'The text contains U+0000 or half of a surrogate pair, which cannot be stored.';
    return [{ in: part, pointer, code: 'unstorable_text', detail }];
  }
  if (Array.isArray(value))
    return value.flatMap((item, index) => findUnstorableText(item, part, `${pointer}/${index}`, depth + 1));
  // A body kept as bytes is checked by whoever reads it.
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (!isStorable(key)) return findUnstorableText(key, part, pointer, depth);
    return findUnstorableText(
      item,
      part,
      `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      depth + 1,
    );
  });
}

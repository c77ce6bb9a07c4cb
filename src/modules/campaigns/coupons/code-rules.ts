/**
 * Symbols of a generated code, 5 bits each: 80 bits. Who tries a million codes a second for a hundred years finds one of 100,000 with a
 * chance of 1 in 3,800.
 */
export const CODE_SYMBOLS = 16;
export const MAX_PREFIX = 12;
/** How long somebody's spelling of a code may be. */
export const MAX_SPELLING = 80;

/** What a code looks like in the books. */
const CODE = /^[A-Z0-9]{4,40}$/;

/** A code as it is kept, from how somebody wrote it: ` sum-mer 20 ` is SUMMER20; undefined when it can be none. */
export function normaliseCode(spelling: string): string | undefined {
  // A keyboard for Chinese gives wide letters, and what is copied from a chat brings marks along that nobody sees.
  const code = spelling
    .normalize('NFKC')
    .replaceAll(/[\s_\p{Dash}\p{Cf}]+/gu, '')
    .toUpperCase();
  return CODE.test(code) ? code : undefined;
}

/**
 * The codes that somebody may have meant: what was written, and what it is with digits for the letters that generated codes do not have, as
 * in Crockford's base 32: O is 0, I and L are 1. A word of the shop's own may have them, so that what was written comes first.
 */
export function meantCodes(spelling: string): readonly string[] {
  const code = normaliseCode(spelling);
  if (code === undefined) return [];
  const withDigits = code.replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return withDigits === code ? [code] : [code, withDigits];
}

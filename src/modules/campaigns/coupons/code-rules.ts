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
  const code = spelling.replaceAll(/[\s_\p{Dash}]+/gu, '').toUpperCase();
  return CODE.test(code) ? code : undefined;
}

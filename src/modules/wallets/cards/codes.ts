import { createHash } from 'node:crypto';
import { randomCode } from '../../../platform/ids.ts';

/** Symbols of a code, 5 bits each: with 100 bits a plain SHA-256 cannot be searched. */
const CODE_SYMBOLS = 20;

/** A code that nobody can guess, with what is kept of it. */
export function makeCode(): { code: string; codeHash: Buffer; lastFour: string } {
  const code = randomCode(CODE_SYMBOLS);
  return { code, codeHash: hashCode(code), lastFour: code.slice(-4) };
}

/** What is kept of a code, however somebody wrote it: codes have no I, L, O, so those are read as the digits that they look like. */
export function hashCode(spelling: string): Buffer {
  const code = spelling
    .normalize('NFKC')
    .replaceAll(/[\s_\p{Dash}\p{Cf}]+/gu, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return createHash('sha256').update(code).digest();
}

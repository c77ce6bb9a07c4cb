import { randomBytes } from 'node:crypto';
import { uuidv7 } from 'uuidv7';

/** A new UUIDv7: sorts by time of creation, so that indexes grow at their right edge. */
export const newId = (): string => uuidv7();

// Crockford's base 32: no I, L, O or U, so that a number read over the telephone stays right.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `length` random characters of Crockford's base 32 (5 bits each). */
export const randomCode = (length: number): string =>
  Array.from(randomBytes(length), (byte) => alphabet[byte & 31]).join('');

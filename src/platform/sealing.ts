import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

// AES-256-GCM: version, nonce, tag, then the text. The version makes room for another key or cipher.
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/**
 * Secrets that the process must be able to read again, such as the key of a payment provider: they lie in the database
 * encrypted, so that a copy of it gives none away. `binding` says where the secret belongs (shop, table, row); opened in
 * another place it does not count.
 */
export interface Sealing {
  seal(text: string, binding: string): Buffer;
  /** The text. Throws when the bytes were changed, moved, or sealed under another TOKEN_SECRET. */
  open(sealed: Buffer, binding: string): string;
}

/** Seals with a key derived from the process's secret (HKDF-SHA256, RFC 5869). */
export function createSealing({ tokenSecret }: { readonly tokenSecret: string }): Sealing {
  const key = Buffer.from(hkdfSync('sha256', tokenSecret, '', 'makegood sealed secrets', 32));
  return {
    seal(text, binding) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(binding));
      const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), encrypted]);
    },
    open(sealed, binding) {
      if (sealed[0] !== VERSION || sealed.length < HEAD_BYTES)
        throw new Error('a sealed secret is not readable');
      const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(binding)).setAuthTag(sealed.subarray(1 + NONCE_BYTES, HEAD_BYTES));
      return decipher.update(sealed.subarray(HEAD_BYTES), undefined, 'utf8') + decipher.final('utf8');
    },
  };
}

/**
 * What tells one text from others without giving it away: HMAC-SHA256 (RFC 2104) under a key of its own, derived from the process's secret.
 * `binding` says what it is compared within; elsewhere the same text is another fingerprint.
 */
export function fingerprintOf(
  { tokenSecret }: { readonly tokenSecret: string },
  text: string,
  binding: string,
): string {
  const key = Buffer.from(hkdfSync('sha256', tokenSecret, '', 'makegood fingerprints', 32));
  // The binding is of known shape and holds no line break.
  return createHmac('sha256', key).update(`${binding}\n${text}`, 'utf8').digest('base64url');
}

/** A secret that a draw is made with: so many random bytes. */
export const makeSecret = (length: number): Buffer => randomBytes(length);

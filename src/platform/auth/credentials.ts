import { createHash, randomBytes } from 'node:crypto';

/** The parts of an API key. The shop is in the key, so that finding a key reads one shop's rows only. */
export interface ParsedKey {
  readonly kind: 'secret' | 'publishable';
  readonly shopId: string;
  readonly hash: Buffer;
}

const KEY = /^(sk|pk)_(live|test)_([A-Za-z0-9_-]{22})([A-Za-z0-9_-]{32})$/;

/** Makes an API key: `sk_test_` + the shop's id + 192 random bits, both base64url. */
export function makeApiKey(kind: 'secret' | 'publishable', mode: 'live' | 'test', shopId: string): string {
  const prefix = kind === 'secret' ? 'sk' : 'pk';
  const shop = Buffer.from(shopId.replaceAll('-', ''), 'hex').toString('base64url');
  return `${prefix}_${mode}_${shop}${randomBytes(24).toString('base64url')}`;
}

/** Reads an API key; undefined when it is none. Says nothing about whether it is known. */
export function parseApiKey(text: string): ParsedKey | undefined {
  const match = KEY.exec(text);
  if (!match) return undefined;
  const hex = Buffer.from(match[3] ?? '', 'base64url').toString('hex');
  return {
    kind: match[1] === 'sk' ? 'secret' : 'publishable',
    shopId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    hash: hashKey(text),
  };
}

/** A key has 192 random bits: a plain SHA-256 cannot be searched. */
export const hashKey = (key: string): Buffer => createHash('sha256').update(key).digest();

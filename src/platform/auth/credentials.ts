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
  return `${prefix}_${mode}_${shopText(shopId)}${randomBytes(24).toString('base64url')}`;
}

/** Reads an API key; undefined when it is none. Says nothing about whether it is known. */
export function parseApiKey(text: string): ParsedKey | undefined {
  const match = KEY.exec(text);
  if (!match) return undefined;
  return {
    kind: match[1] === 'sk' ? 'secret' : 'publishable',
    shopId: shopIdOf(match[3] ?? ''),
    hash: hashKey(text),
  };
}

/** The parts of a link's token: like a key it names its shop, so that finding it reads one shop's rows only. */
export interface ParsedLink {
  readonly shopId: string;
  readonly hash: Buffer;
}

const LINK = /^lk_([A-Za-z0-9_-]{22})[A-Za-z0-9_-]{43}$/;

/** Makes the token of a link: `lk_` + the shop's id + 256 random bits, both base64url. */
export function makeLinkToken(shopId: string): string {
  return `lk_${shopText(shopId)}${randomBytes(32).toString('base64url')}`;
}

/** Reads the token of a link; undefined when it is none. */
export function parseLinkToken(text: string): ParsedLink | undefined {
  const match = LINK.exec(text);
  return match ? { shopId: shopIdOf(match[1] ?? ''), hash: hashKey(text) } : undefined;
}

const shopText = (shopId: string): string =>
  Buffer.from(shopId.replaceAll('-', ''), 'hex').toString('base64url');

const shopIdOf = (base64url: string): string =>
  Buffer.from(base64url, 'base64url')
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** A key has 192 random bits, a link 256: a plain SHA-256 cannot be searched. */
export const hashKey = (key: string): Buffer => createHash('sha256').update(key).digest();

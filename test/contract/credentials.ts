import { createTokens, customerTokens } from '../../src/platform/auth/tokens.ts';
import type { TestApp, TestShop } from '../support/app.ts';
import { makeCustomer, tokenOf } from '../support/world.ts';
import { type Described, takes } from './document.ts';

/** A credential that is none, or does not suffice. */
export interface Stranger {
  readonly what: string;
  readonly as: string | null;
  readonly headers?: Record<string, string>;
}

const HOUR = 3_600_000;

const makeKey = async (shop: TestShop, fields: object) => {
  const { status, body } = await shop.call('POST /v1/api-keys', {
    body: { kind: 'secret', name: 'A door', scopes: [], ...fields },
  });
  if (status !== 201) throw new Error(`could not make a key: ${status} ${JSON.stringify(body)}`);
  return body as { id: string; key: string };
};

/** Everything that looks like a credential and is none: each gets the same 401. */
export async function makeFalseCredentials(app: TestApp, scopes: readonly string[]): Promise<Stranger[]> {
  const { config, clock } = app.deps;
  const revoked = await makeKey(app, { scopes });
  await app.call(`POST /v1/api-keys/${revoked.id}/revoke`);
  const expired = await makeKey(app, { scopes });
  await app.deps.db.$client.query(`update api_keys set expires_at = '2001-01-01' where id = $1`, [
    expired.id,
  ]);
  const customer = await makeCustomer(app);
  const claims = { shop: app.shopId, sub: customer.id as string };
  const erased = await makeCustomer(app);
  const tokenOfErased = await tokenOf(app, erased.id);
  await app.call(`POST /v1/customers/${erased.id}/erase`);
  const earlier = { now: () => new Date(Date.now() - 2 * HOUR) };
  const unsigned = [
    '{"alg":"none","typ":"JWT"}',
    JSON.stringify({ ...claims, aud: 'customer', iat: 1, exp: 9e9 }),
  ];
  const encoded = `${unsigned.map((part) => Buffer.from(part).toString('base64url')).join('.')}.`;
  const raw = (what: string, authorization: string): Stranger => ({
    what,
    as: null,
    headers: { authorization },
  });
  return [
    { what: 'no credential', as: null },
    raw('an empty header', ''),
    raw('nothing but the word', 'Bearer '),
    raw('another scheme', `Basic ${Buffer.from(`${app.secretKey}:`).toString('base64')}`),
    raw('no scheme', app.secretKey),
    raw('two credentials', `Bearer ${app.secretKey} ${app.secretKey}`),
    { what: 'nonsense', as: 'nonsense' },
    { what: 'very long nonsense', as: 'x'.repeat(5_000) },
    { what: 'a key that never was', as: `sk_test_${'A'.repeat(54)}` },
    { what: 'a key with another end', as: `${app.secretKey.slice(0, -4)}AAAA` },
    { what: 'a revoked key', as: revoked.key },
    { what: 'an expired key', as: expired.key },
    { what: 'the token of an erased customer', as: tokenOfErased },
    { what: 'an expired token', as: customerTokens(config, earlier).sign(claims, 60).token },
    {
      what: 'a token signed by somebody else',
      as: customerTokens({ tokenSecret: 'x'.repeat(40) }, clock).sign(claims, 60).token,
    },
    {
      what: 'a token for another purpose',
      as: createTokens('quote', config.tokenSecret, clock).sign(claims, 60).token,
    },
    { what: 'a token without a signature', as: encoded },
  ];
}

/** Makes the credentials of the right shop that an operation does not take: each gets the same 403. */
export function createWrongCredentials(app: TestApp, scopes: readonly string[], customerToken: string) {
  const keys = new Map<string, Promise<{ key: string }>>();
  const keyWithout = async (scope: string | undefined) => {
    const name = scope ?? '';
    const made = keys.get(name) ?? makeKey(app, { scopes: scopes.filter((other) => other !== scope) });
    keys.set(name, made);
    return (await made).key;
  };
  return async (op: Described): Promise<Stranger[]> => {
    const what = `a secret key with every scope${op['x-scope'] === undefined ? '' : ` but ${op['x-scope']}`}`;
    const wrong: Stranger[] = [{ what, as: await keyWithout(op['x-scope']) }];
    if (!takes(op, 'publishableKey')) wrong.push({ what: 'a publishable key', as: app.publishableKey });
    if (!takes(op, 'customerToken')) wrong.push({ what: "a customer's token", as: customerToken });
    return wrong;
  };
}

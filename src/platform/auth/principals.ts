import { getTableColumns, sql } from 'drizzle-orm';
import type { Deps } from '../context.ts';
import { platformErrors } from '../errors.ts';
import { prepared } from '../db/prepared.ts';
import type { Shop } from '../shops/shop.ts';
import { shops } from '../shops/tables.ts';
import { parseApiKey } from './credentials.ts';
import { apiKeys, idempotencyKeys, revokedCustomers } from './tables.ts';
import { customerTokens } from './tokens.ts';

/** Who calls, as the credential says. */
export interface Principal {
  readonly kind: 'secret' | 'publishable' | 'customer';
  /** The key's id, or the customer's. */
  readonly id: string;
  readonly scopes: readonly string[];
}

/** The answer that an earlier request with the same Idempotency-Key got. */
export interface StoredAnswer {
  readonly requestHash: Buffer;
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

export interface Authenticated {
  readonly principal: Principal;
  readonly shop: Shop;
  readonly answer: StoredAnswer | undefined;
}

const answerColumns = {
  requestHash: idempotencyKeys.requestHash,
  status: idempotencyKeys.status,
  headers: idempotencyKeys.headers,
  body: idempotencyKeys.body,
};
const p = sql.placeholder;

// One round trip for the credential, its shop and the stored answer. Read by api_keys_hash_key.
const findByKey = prepared('find_by_api_key', (db) =>
  db
    .select({ key: getTableColumns(apiKeys), shop: getTableColumns(shops), answer: answerColumns })
    .from(apiKeys)
    .innerJoin(shops, sql`${shops.id} = ${apiKeys.shopId}`)
    .leftJoin(
      idempotencyKeys,
      sql`${idempotencyKeys.shopId} = ${apiKeys.shopId} and ${idempotencyKeys.credentialId} = ${apiKeys.id}
        and ${idempotencyKeys.key} = ${p('key')}`,
    )
    .where(sql`${apiKeys.shopId} = ${p('shopId')} and ${apiKeys.hash} = ${p('hash')}`),
);

const findByCustomer = prepared('find_by_customer_token', (db) =>
  db
    .select({ shop: getTableColumns(shops), revokedAt: revokedCustomers.revokedAt, answer: answerColumns })
    .from(shops)
    .leftJoin(
      revokedCustomers,
      sql`${revokedCustomers.shopId} = ${shops.id} and ${revokedCustomers.customerId} = ${p('customerId')}`,
    )
    .leftJoin(
      idempotencyKeys,
      sql`${idempotencyKeys.shopId} = ${shops.id} and ${idempotencyKeys.credentialId} = ${p('customerId')}
        and ${idempotencyKeys.key} = ${p('key')}`,
    )
    .where(sql`${shops.id} = ${p('shopId')}`),
);

/** Finds who calls. Everything that is wrong with a credential gets the same 401. */
export async function authenticate(
  deps: Deps,
  header: string | undefined,
  key: string | undefined,
): Promise<Authenticated> {
  const bearer = /^Bearer ([\x21-\x7e]{1,4096})$/i.exec(header ?? '')?.[1];
  if (bearer === undefined) throw unauthenticated();
  const apiKey = parseApiKey(bearer);
  // Postgres compares with null as "no such answer".
  const idempotencyKey = key ?? null;
  if (!apiKey) return authenticateCustomer(deps, bearer, idempotencyKey);

  const [found] = await findByKey(deps.db, { shopId: apiKey.shopId, hash: apiKey.hash, key: idempotencyKey });
  const now = deps.clock.now();
  if (!found || found.key.revokedAt || (found.key.expiresAt && found.key.expiresAt <= now))
    throw unauthenticated();
  return {
    principal: { kind: found.key.kind, id: found.key.id, scopes: found.key.scopes },
    shop: found.shop,
    answer: found.answer ?? undefined,
  };
}

async function authenticateCustomer(deps: Deps, token: string, key: string | null): Promise<Authenticated> {
  const verified = customerTokens(deps.config, deps.clock).verify(token);
  if ('refusal' in verified) throw unauthenticated();
  const { shop: shopId, sub: customerId, iat } = verified.payload;
  const [found] = await findByCustomer(deps.db, { shopId, customerId, key });
  // A token of the second in which its customer was revoked counts as older.
  if (!found || (found.revokedAt && iat * 1000 <= found.revokedAt.getTime())) throw unauthenticated();
  return {
    principal: { kind: 'customer', id: customerId, scopes: [] },
    shop: found.shop,
    answer: found.answer ?? undefined,
  };
}

const unauthenticated = () =>
  platformErrors.unauthenticated(undefined, { headers: { 'www-authenticate': 'Bearer realm="makegood"' } });

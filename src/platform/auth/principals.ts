import { getTableColumns, sql } from 'drizzle-orm';
import type { Deps } from '../context.ts';
import { platformErrors } from '../errors.ts';
import { prepared } from '../db/prepared.ts';
import type { Shop } from '../shops/shop.ts';
import { shops } from '../shops/tables.ts';
import { parseApiKey, parseLinkToken } from './credentials.ts';
import { type StoredAnswer, findStoredAnswer } from './stored-answers.ts';
import { type ApiKeyRow, apiKeys, idempotencyKeys, links, revokedCustomers } from './tables.ts';
import { customerTokens } from './tokens.ts';

/** Who calls, as the credential says. */
export interface Principal {
  readonly kind: 'secret' | 'publishable' | 'customer' | 'link';
  /** The key's id, the customer's, or the link's. */
  readonly id: string;
  /** What a link leads to. */
  readonly linkedId?: string;
  readonly scopes: readonly string[];
}

export interface Authenticated {
  readonly principal: Principal;
  readonly shop: Shop;
  /** What an earlier request with the same Idempotency-Key was answered. Looked for when the request is read. */
  readonly answer: (() => Promise<StoredAnswer | undefined>) | undefined;
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

  const name = apiKey.hash.toString('base64');
  const known = await recall<KeyAndShop>(deps, name, apiKey.shopId, async () => {
    const [found] = await findByKey(deps.db, {
      shopId: apiKey.shopId,
      hash: apiKey.hash,
      key: idempotencyKey,
    });
    return found && { value: { key: found.key, shop: found.shop }, answer: found.answer };
  });
  const found = known?.value;
  const now = deps.clock.now();
  if (!known || !found || found.key.revokedAt || (found.key.expiresAt && found.key.expiresAt <= now))
    throw unauthenticated();
  const { kind, id, scopes } = found.key;
  return {
    principal: { kind, id, scopes },
    shop: found.shop,
    answer: answerFor(deps, known, id, idempotencyKey),
  };
}

async function authenticateCustomer(deps: Deps, token: string, key: string | null): Promise<Authenticated> {
  const verified = customerTokens(deps.config, deps.clock).verify(token);
  if ('refusal' in verified) throw unauthenticated();
  const { shop: shopId, sub: customerId, iat } = verified.payload;
  const known = await recall<CustomerAndShop>(deps, `customer/${shopId}/${customerId}`, shopId, async () => {
    const [found] = await findByCustomer(deps.db, { shopId, customerId, key });
    return found && { value: { shop: found.shop, revokedAt: found.revokedAt }, answer: found.answer };
  });
  const found = known?.value;
  // A token of the second in which its customer was revoked counts as older.
  if (!known || !found || (found.revokedAt && iat * 1000 <= found.revokedAt.getTime()))
    throw unauthenticated();
  return {
    principal: { kind: 'customer', id: customerId, scopes: [] },
    shop: found.shop,
    answer: answerFor(deps, known, customerId, key),
  };
}

// By links_hash_key.
const findByLink = prepared('find_by_link', (db) =>
  db
    .select({ link: getTableColumns(links), shop: getTableColumns(shops), answer: answerColumns })
    .from(links)
    .innerJoin(shops, sql`${shops.id} = ${links.shopId}`)
    .leftJoin(
      idempotencyKeys,
      sql`${idempotencyKeys.shopId} = ${links.shopId} and ${idempotencyKeys.credentialId} = ${links.id}
        and ${idempotencyKeys.key} = ${p('key')}`,
    )
    .where(sql`${links.shopId} = ${p('shopId')} and ${links.hash} = ${p('hash')}`),
);

/**
 * Finds the link that a token opens. Whatever is wrong with it, it is `not_found`: who guesses learns nothing. Nothing is
 * remembered, so a link that was revoked is closed with the next request.
 */
export async function authenticateLink(
  deps: Deps,
  token: string,
  subjectType: string,
  key: string | undefined,
): Promise<Authenticated> {
  const parsed = parseLinkToken(token);
  if (!parsed) throw platformErrors.not_found();
  const [found] = await findByLink(deps.db, { ...parsed, key: key ?? null });
  const isOpen =
    found?.link.subjectType === subjectType &&
    found.link.revokedAt === null &&
    found.link.expiresAt > deps.clock.now();
  if (!found || !isOpen) throw platformErrors.not_found();
  const { id, subjectId } = found.link;
  return {
    principal: { kind: 'link', id, linkedId: subjectId, scopes: [] },
    shop: found.shop,
    answer: key === undefined ? undefined : async () => found.answer ?? undefined,
  };
}

interface KeyAndShop {
  readonly key: ApiKeyRow;
  readonly shop: Shop;
}
interface CustomerAndShop {
  readonly shop: Shop;
  readonly revokedAt: Date | null;
}
interface Recalled<T> {
  readonly value: T;
  /** Null when the database was asked and has none; undefined when it was not asked. */
  readonly answer: StoredAnswer | null | undefined;
}

/** What the process remembers of a credential, or what the database says, which is remembered. */
async function recall<T extends object>(
  deps: Deps,
  name: string,
  shopId: string,
  read: () => Promise<Recalled<T> | undefined>,
): Promise<Recalled<T> | undefined> {
  const remembered = deps.known?.find(name) as T | undefined;
  if (remembered) return { value: remembered, answer: undefined };
  const generation = deps.known?.generation() ?? 0;
  const found = await read();
  if (found) deps.known?.remember(shopId, name, found.value, generation);
  return found;
}

function answerFor<T extends { readonly shop: Shop }>(
  deps: Deps,
  { value, answer }: Recalled<T>,
  credentialId: string,
  key: string | null,
): Authenticated['answer'] {
  if (key === null) return undefined;
  if (answer !== undefined) return async () => answer ?? undefined;
  // Asked when the request's own reads are, so that they travel together.
  return () => findStoredAnswer(deps.db, value.shop.id, credentialId, key);
}

const unauthenticated = () =>
  platformErrors.unauthenticated(undefined, { headers: { 'www-authenticate': 'Bearer realm="makegood"' } });

import { sql } from 'drizzle-orm';
import { check, customType, index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { id, instant, shopId } from '../db/columns.ts';

export const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/** Keys for servers (secret) and shop front ends (publishable). Only a SHA-256 of the key is kept. */
export const apiKeys = pgTable(
  'api_keys',
  {
    shopId: shopId(),
    id: id(),
    kind: text('kind').$type<'secret' | 'publishable'>().notNull(),
    name: text('name').notNull(),
    hash: bytes('hash').notNull(),
    /** The first characters of the key, so that a person can tell keys apart. */
    hint: text('hint').notNull(),
    scopes: text('scopes').array().notNull(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    unique('api_keys_hash_key').on(t.shopId, t.hash),
    check('api_keys_kind', sql`${t.kind} in ('secret', 'publishable')`),
  ],
);

export type ApiKeyRow = typeof apiKeys.$inferSelect;

/** Links to one thing, such as a settlement to pay, for who holds the token. Only a SHA-256 of it is kept. Real time. */
export const links = pgTable(
  'links',
  {
    shopId: shopId(),
    id: id(),
    subjectType: text('subject_type').notNull(),
    subjectId: id('subject_id'),
    hash: bytes('hash').notNull(),
    expiresAt: instant('expires_at').notNull(),
    revokedAt: instant('revoked_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    unique('links_hash_key').on(t.shopId, t.hash),
    index('links_subject_idx').on(t.shopId, t.subjectType, t.subjectId, t.id),
    check('links_expiry', sql`${t.expiresAt} > ${t.createdAt}`),
  ],
);

export type Link = typeof links.$inferSelect;

/** Customers whose tokens no longer count, although their signatures do. */
export const revokedCustomers = pgTable(
  'revoked_customers',
  { shopId: shopId(), customerId: id('customer_id'), revokedAt: instant('revoked_at').notNull() },
  (t) => [primaryKey({ columns: [t.shopId, t.customerId] })],
);

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    shopId: shopId(),
    credentialId: id('credential_id'),
    key: text('key').notNull(),
    /** SHA-256 of method, target and canonical body. */
    requestHash: bytes('request_hash').notNull(),
    status: integer('status').notNull(),
    headers: text('headers').notNull(),
    body: text('body').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'idempotency_keys_pkey', columns: [t.shopId, t.credentialId, t.key] }),
    // Found by the purge of keys older than seven days.
    index('idempotency_keys_created_at_idx').on(t.createdAt),
  ],
);

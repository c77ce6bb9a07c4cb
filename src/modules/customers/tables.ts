import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, metadata, shopId, version } from '../../platform/db/columns.ts';
import { shops } from '../../platform/shops/tables.ts';

/** A postal address, as customers and orders keep it. */
export interface Address {
  readonly name: string;
  readonly company?: string;
  readonly line1: string;
  readonly line2?: string;
  readonly city: string;
  readonly region?: string;
  readonly postalCode?: string;
  readonly country: string;
  /** ISO 3166-2, or in China the code of an administrative division. */
  readonly regionCode?: string;
  readonly phone?: string;
}

/**
 * A customer's profile. After erasure only the row with its id stays, without anything personal. A duplicate that
 * was merged stays as a tombstone that names the surviving customer.
 */
export const customers = pgTable(
  'customers',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    externalId: text('external_id'),
    name: text('name').notNull(),
    company: text('company'),
    /** BCP 47. */
    locale: text('locale'),
    /** ISO 3166-1 alpha-2. */
    country: text('country'),
    preferences: jsonb('preferences').$type<Record<string, string>>().notNull().default(sql`'{}'::jsonb`),
    staffNote: text('staff_note'),
    metadata: metadata(),
    erasedAt: instant('erased_at'),
    /** The customer that took over what this one had; never itself merged. */
    mergedIntoId: uuid('merged_into_id'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'customers_pkey', columns: [t.shopId, t.id] }),
    foreignKey({
      name: 'customers_merged_into_fk',
      columns: [t.shopId, t.mergedIntoId],
      foreignColumns: [t.shopId, t.id],
    }),
    uniqueIndex('customers_external_id_key')
      .on(t.shopId, t.externalId)
      .where(sql`${t.externalId} is not null`),
    // Lists leave out tombstones, and each way of listing has an index that ends in the id.
    index('customers_updated_at_idx').on(t.shopId, t.updatedAt, t.id).where(sql`${t.mergedIntoId} is null`),
    index('customers_created_at_idx').on(t.shopId, t.createdAt, t.id).where(sql`${t.mergedIntoId} is null`),
    index('customers_country_idx')
      .on(t.shopId, t.country, t.createdAt, t.id)
      .where(sql`${t.mergedIntoId} is null`),
    index('customers_merged_into_idx').on(t.shopId, t.mergedIntoId).where(sql`${t.mergedIntoId} is not null`),
    check(
      'customers_erased',
      sql`${t.erasedAt} is null or (${t.externalId} is null and ${t.company} is null and ${t.locale} is null
        and ${t.country} is null and ${t.staffNote} is null and ${t.preferences} = '{}' and ${t.metadata} = '{}')`,
    ),
    check('customers_merged', sql`${t.mergedIntoId} <> ${t.id}`),
  ],
);

export type Customer = typeof customers.$inferSelect;

const ofCustomer = (t: { shopId: AnyPgColumn; customerId: AnyPgColumn }) =>
  foreignKey({ columns: [t.shopId, t.customerId], foreignColumns: [customers.shopId, customers.id] });

export const CONTACT_KINDS = ['email', 'mobile', 'landline', 'wechat', 'other'] as const;

/** How a customer can be reached. Written only under the lock of the customer's row. */
export const contactPoints = pgTable(
  'contact_points',
  {
    shopId: shopId(),
    customerId: id('customer_id'),
    position: integer('position').notNull(),
    kind: text('kind').$type<(typeof CONTACT_KINDS)[number]>().notNull(),
    value: text('value').notNull(),
    label: text('label'),
    isPrimary: boolean('is_primary').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.customerId, t.position] }),
    ofCustomer(t),
    // Staff looks customers up by number or address.
    index('contact_points_value_idx').on(t.shopId, t.value),
    uniqueIndex('contact_points_primary_key').on(t.shopId, t.customerId, t.kind).where(sql`${t.isPrimary}`),
    check('contact_points_kind', sql`${t.kind} in ('email', 'mobile', 'landline', 'wechat', 'other')`),
  ],
);

export type ContactPoint = typeof contactPoints.$inferSelect;

/** Where a customer's parcels go. Written only under the lock of the customer's row. */
export const customerAddresses = pgTable(
  'customer_addresses',
  {
    shopId: shopId(),
    customerId: id('customer_id'),
    position: integer('position').notNull(),
    /** The same fields as the address of an order. */
    address: jsonb('address').$type<Address>().notNull(),
    isDefault: boolean('is_default').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.customerId, t.position] }),
    ofCustomer(t),
    uniqueIndex('customer_addresses_default_key').on(t.shopId, t.customerId).where(sql`${t.isDefault}`),
  ],
);

export type CustomerAddress = typeof customerAddresses.$inferSelect;

export const CONSENT_PURPOSES = ['marketing', 'service', 'profiling'] as const;
export const CONSENT_CHANNELS = ['email', 'sms', 'phone', 'post', 'chat'] as const;
export const CONSENT_DECISIONS = ['granted', 'refused'] as const;

/**
 * What a customer allowed or refused, per purpose and channel. A decision is never changed: the one with the highest
 * position counts. Positions and not times decide, because the clocks of two processes differ.
 */
export const consents = pgTable(
  'consents',
  {
    shopId: shopId(),
    id: id(),
    customerId: id('customer_id'),
    /** Counts the customer's decisions from 1; given under the lock of the customer's row. */
    position: integer('position').notNull(),
    purpose: text('purpose').$type<(typeof CONSENT_PURPOSES)[number]>().notNull(),
    channel: text('channel').$type<(typeof CONSENT_CHANNELS)[number]>().notNull(),
    decision: text('decision').$type<(typeof CONSENT_DECISIONS)[number]>().notNull(),
    /** Where it was given: a form, a call, a link in a letter. */
    source: text('source').notNull(),
    decidedAt: instant('decided_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    ofCustomer(t),
    // A customer has a handful of decisions: the newest of a purpose and channel is found along it as well.
    unique('consents_position_key').on(t.shopId, t.customerId, t.position),
    check('consents_purpose', sql`${t.purpose} in ('marketing', 'service', 'profiling')`),
    check('consents_channel', sql`${t.channel} in ('email', 'sms', 'phone', 'post', 'chat')`),
    check('consents_decision', sql`${t.decision} in ('granted', 'refused')`),
  ],
);

export type Consent = typeof consents.$inferSelect;

/** What each order of a customer amounts to, kept from order events: the purchase figures are sums over it. */
export const customerPurchases = pgTable(
  'customer_purchases',
  {
    shopId: shopId(),
    customerId: id('customer_id'),
    orderId: id('order_id'),
    /** Paid less given back. */
    amount: amount('amount').notNull(),
    placedAt: instant('placed_at').notNull(),
    /** Category → net amount of its lines, in minor units. */
    categories: jsonb('categories').$type<Record<string, number>>().notNull(),
    /** The place in the change feed of the last event that counted: an event that comes again changes nothing. */
    position: bigint('position', { mode: 'bigint' }).notNull(),
  },
  (t) => [
    // The figures of a customer are read along it.
    primaryKey({ columns: [t.shopId, t.customerId, t.orderId] }),
    ofCustomer(t),
    unique('customer_purchases_order_key').on(t.shopId, t.orderId),
    check('customer_purchases_amount', sql`${t.amount} >= 0`),
  ],
);

export type CustomerPurchase = typeof customerPurchases.$inferSelect;

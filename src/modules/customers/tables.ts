import { sql } from 'drizzle-orm';
import { boolean, check, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { amount, id, instant, metadata, shopId, version } from '../../platform/db/columns.ts';
import { shops } from '../../platform/shops/tables.ts';

/** A customer's profile. After erasure only the row with its id stays, without anything personal. */
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
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'customers_pkey', columns: [t.shopId, t.id] }),
    uniqueIndex('customers_external_id_key').on(t.shopId, t.externalId).where(sql`${t.externalId} is not null`),
    index('customers_updated_at_idx').on(t.shopId, t.updatedAt, t.id),
    index('customers_created_at_idx').on(t.shopId, t.createdAt, t.id),
  ],
);

export type Customer = typeof customers.$inferSelect;

/** How a customer can be reached. */
export const contactPoints = pgTable(
  'contact_points',
  {
    shopId: shopId(),
    customerId: id('customer_id'),
    position: integer('position').notNull(),
    kind: text('kind').$type<'email' | 'mobile' | 'landline' | 'wechat' | 'other'>().notNull(),
    value: text('value').notNull(),
    label: text('label'),
    isPrimary: boolean('is_primary').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.customerId, t.position] }),
    // Staff looks customers up by number or address.
    index('contact_points_value_idx').on(t.shopId, t.value),
    check('contact_points_kind', sql`${t.kind} in ('email', 'mobile', 'landline', 'wechat', 'other')`),
    foreignKey({ columns: [t.shopId, t.customerId], foreignColumns: [customers.shopId, customers.id] }),
  ],
);

export type ContactPoint = typeof contactPoints.$inferSelect;

export const customerAddresses = pgTable(
  'customer_addresses',
  {
    shopId: shopId(),
    customerId: id('customer_id'),
    position: integer('position').notNull(),
    /** The same fields as the address of an order. */
    address: jsonb('address').$type<Record<string, string>>().notNull(),
    isDefault: boolean('is_default').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.customerId, t.position] }),
    foreignKey({ columns: [t.shopId, t.customerId], foreignColumns: [customers.shopId, customers.id] }),
  ],
);

export type CustomerAddress = typeof customerAddresses.$inferSelect;

/** What a customer allowed or refused, per purpose and channel. Insert-only: the newest row counts. */
export const consents = pgTable(
  'consents',
  {
    shopId: shopId(),
    id: id(),
    customerId: id('customer_id'),
    purpose: text('purpose').$type<'marketing' | 'service' | 'profiling'>().notNull(),
    channel: text('channel').$type<'email' | 'sms' | 'phone' | 'post' | 'chat'>().notNull(),
    decision: text('decision').$type<'granted' | 'refused'>().notNull(),
    /** Where it was given: a form, a call, a link in a letter. */
    source: text('source').notNull(),
    decidedAt: instant('decided_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    index('consents_customer_idx').on(t.shopId, t.customerId, t.purpose, t.channel, t.id),
    check('consents_decision', sql`${t.decision} in ('granted', 'refused')`),
    foreignKey({ columns: [t.shopId, t.customerId], foreignColumns: [customers.shopId, customers.id] }),
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
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.customerId, t.orderId] }),
    foreignKey({ columns: [t.shopId, t.customerId], foreignColumns: [customers.shopId, customers.id] }),
  ],
);

export type CustomerPurchase = typeof customerPurchases.$inferSelect;

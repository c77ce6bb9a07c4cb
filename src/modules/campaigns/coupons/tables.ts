import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, metadata, shopId, version } from '../../../platform/db/columns.ts';
import { shops } from '../../../platform/shops/tables.ts';
import { campaigns } from '../tables.ts';

import type { CouponDefinitionState, CouponState, CouponUseState } from './states.ts';

export const LIMIT_PERIODS = ['day', 'week', 'month', 'year'] as const;
export const COUPON_KINDS = ['discount', 'value'] as const;
export const COUPON_ASSIGNMENTS = ['open', 'assigned'] as const;

/**
 * What codes of one kind are. `discount`: they open a campaign. `value`: each stands for an amount that a customer may have taken off
 * once; a shop has one such definition, which makes itself.
 */
export const couponDefinitions = pgTable(
  'coupon_definitions',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    externalId: text('external_id'),
    name: text('name').notNull(),
    kind: text('kind').$type<(typeof COUPON_KINDS)[number]>().notNull(),
    campaignId: uuid('campaign_id'),
    state: text('state').$type<CouponDefinitionState>().notNull(),
    assignment: text('assignment').$type<(typeof COUPON_ASSIGNMENTS)[number]>().notNull(),
    /** What generated codes begin with. */
    prefix: text('prefix').notNull(),
    /** Fixed times, or days from the issue of each code. Shop time. */
    validFrom: instant('valid_from'),
    validUntil: instant('valid_until'),
    validDays: integer('valid_days'),
    usesPerCode: integer('uses_per_code'),
    usesPerCustomer: integer('uses_per_customer'),
    periodUses: integer('period_uses'),
    periodUnit: text('period_unit').$type<(typeof LIMIT_PERIODS)[number]>(),
    codesLimit: integer('codes_limit'),
    /** How many codes it has issued. Its version does not rise with them. */
    codesIssued: integer('codes_issued').notNull().default(0),
    /** A code of it goes with the parcel of an order of at least this amount. */
    goesWithParcel: boolean('goes_with_parcel').notNull(),
    parcelMinimumAmount: amount('parcel_minimum_amount'),
    metadata: metadata(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    uniqueIndex('coupon_definitions_external_id_key')
      .on(t.shopId, t.externalId)
      .where(sql`${t.externalId} is not null`),
    // The shop has one of its own making.
    uniqueIndex('coupon_definitions_value_key').on(t.shopId).where(sql`${t.kind} = 'value'`),
    index('coupon_definitions_campaign_idx')
      .on(t.shopId, t.campaignId, t.id)
      .where(sql`${t.campaignId} is not null`),
    index('coupon_definitions_state_idx').on(t.shopId, t.state, t.id),
    // What a parcel asks for.
    index('coupon_definitions_parcel_idx')
      .on(t.shopId, t.id)
      .where(sql`${t.goesWithParcel} and ${t.state} = 'active'`),
    check(
      'coupon_definitions_kind',
      sql`(${t.kind} = 'discount') = (${t.campaignId} is not null) and ${t.kind} in ('discount', 'value')`,
    ),
    check('coupon_definitions_state', sql`${t.state} in ('active', 'paused', 'archived')`),
    check('coupon_definitions_assignment', sql`${t.assignment} in ('open', 'assigned')`),
    check(
      'coupon_definitions_validity',
      sql`${t.validUntil} > ${t.validFrom} and (${t.validDays} is null or (${t.validFrom} is null and ${t.validUntil} is null and ${t.validDays} > 0))`,
    ),
    check(
      'coupon_definitions_limits',
      sql`${t.usesPerCode} > 0 and ${t.usesPerCustomer} > 0 and ${t.periodUses} > 0 and (${t.periodUses} is null) = (${t.periodUnit} is null)
        and ${t.periodUnit} in ('day', 'week', 'month', 'year')`,
    ),
    check(
      'coupon_definitions_codes',
      sql`${t.codesIssued} >= 0 and (${t.codesLimit} is null or ${t.codesIssued} <= ${t.codesLimit})`,
    ),
    check('coupon_definitions_parcel', sql`${t.parcelMinimumAmount} >= 0`),
    foreignKey({
      name: 'coupon_definitions_campaign_fk',
      columns: [t.shopId, t.campaignId],
      foreignColumns: [campaigns.shopId, campaigns.id],
    }),
  ],
);
export type CouponDefinition = typeof couponDefinitions.$inferSelect;

/** Codes that were issued together. */
export const couponBatches = pgTable(
  'coupon_batches',
  {
    shopId: shopId(),
    id: id(),
    definitionId: id('definition_id'),
    name: text('name').notNull(),
    quantity: integer('quantity').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    index('coupon_batches_definition_idx').on(t.shopId, t.definitionId, t.id),
    check('coupon_batches_quantity', sql`${t.quantity} > 0`),
    foreignKey({
      name: 'coupon_batches_definition_fk',
      columns: [t.shopId, t.definitionId],
      foreignColumns: [couponDefinitions.shopId, couponDefinitions.id],
    }),
  ],
);
export type CouponBatch = typeof couponBatches.$inferSelect;

/**
 * A code. What it promises is written when it is issued, and stays when its definition changes. It has no foreign key to the customer,
 * which would lock one after the order.
 */
export const coupons = pgTable(
  'coupons',
  {
    shopId: shopId(),
    id: id(),
    definitionId: id('definition_id'),
    batchId: uuid('batch_id'),
    /** Upper case, without spaces and dashes. */
    code: text('code').notNull(),
    /** Whose it is; null of an open one. */
    customerId: uuid('customer_id'),
    state: text('state').$type<CouponState>().notNull(),
    validFrom: instant('valid_from'),
    validUntil: instant('valid_until'),
    /** The end of one that belongs to somebody and can still be used: what the sweep looks for. */
    expireDueAt: instant('expire_due_at'),
    usesLimit: integer('uses_limit'),
    /** Uses by orders that are unpaid, and by others. Counted only where there is a limit: else all orders would wait for one row. */
    held: integer('held').notNull().default(0),
    used: integer('used').notNull().default(0),
    /** The order with whose parcel it goes. */
    parcelOrderId: uuid('parcel_order_id'),
    /** Of a value: what it takes off, or took off. */
    amount: amount('amount'),
    /** Of a value: what it was given for, such as a settlement, and the coupon that was used in part, whose rest this is. */
    fromType: text('from_type'),
    fromId: uuid('from_id'),
    restOfId: uuid('rest_of_id'),
    /** Of a value: what it is held or used for, and since when. */
    takenForType: text('taken_for_type'),
    takenForId: uuid('taken_for_id'),
    takenAt: instant('taken_at'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    uniqueIndex('coupons_code_key').on(t.shopId, t.code),
    index('coupons_definition_idx').on(t.shopId, t.definitionId, t.id),
    index('coupons_batch_idx').on(t.shopId, t.batchId, t.id).where(sql`${t.batchId} is not null`),
    index('coupons_customer_idx').on(t.shopId, t.customerId, t.id).where(sql`${t.customerId} is not null`),
    index('coupons_expire_due_idx')
      .on(t.shopId, t.expireDueAt, t.id)
      .where(sql`${t.expireDueAt} is not null`),
    // An order's parcels carry one code of a definition.
    uniqueIndex('coupons_parcel_key')
      .on(t.shopId, t.parcelOrderId, t.definitionId)
      .where(sql`${t.parcelOrderId} is not null`),
    // One thing is given for once; rests are of one that was.
    uniqueIndex('coupons_from_key')
      .on(t.shopId, t.fromType, t.fromId)
      .where(sql`${t.fromId} is not null and ${t.restOfId} is null`),
    index('coupons_taken_for_idx').on(t.shopId, t.takenForId).where(sql`${t.takenForId} is not null`),
    check('coupons_state', sql`${t.state} in ('active', 'revoked', 'expired')`),
    check('coupons_code', sql`${t.code} ~ '^[A-Z0-9]{4,40}$'`),
    check('coupons_validity', sql`${t.validUntil} > ${t.validFrom}`),
    check('coupons_uses', sql`${t.held} >= 0 and ${t.used} >= 0 and ${t.held} + ${t.used} <= ${t.usesLimit}`),
    check(
      'coupons_due',
      sql`${t.expireDueAt} is null or (${t.state} = 'active' and ${t.customerId} is not null and ${t.expireDueAt} = ${t.validUntil})`,
    ),
    check(
      'coupons_amount',
      sql`(${t.amount} is null) = (${t.fromId} is null) and (${t.amount} is null) = (${t.fromType} is null)
        and (${t.amount} is null or (${t.amount} > 0 and ${t.usesLimit} = 1 and ${t.customerId} is not null and ${t.validUntil} is not null
          and (${t.held} + ${t.used} = 0 or ${t.state} = 'active')))`,
    ),
    check(
      'coupons_taken',
      sql`(${t.takenForId} is null) = (${t.takenForType} is null) and (${t.takenForId} is null) = (${t.takenAt} is null)
        and (${t.takenForId} is not null) = (${t.amount} is not null and ${t.held} + ${t.used} > 0)`,
    ),
    foreignKey({
      name: 'coupons_definition_fk',
      columns: [t.shopId, t.definitionId],
      foreignColumns: [couponDefinitions.shopId, couponDefinitions.id],
    }),
    foreignKey({
      name: 'coupons_batch_fk',
      columns: [t.shopId, t.batchId],
      foreignColumns: [couponBatches.shopId, couponBatches.id],
    }),
  ],
);
export type Coupon = typeof coupons.$inferSelect;

/** What an order has of a code that opens a campaign. */
export const couponUses = pgTable(
  'coupon_uses',
  {
    shopId: shopId(),
    orderId: id('order_id'),
    couponId: id('coupon_id'),
    definitionId: id('definition_id'),
    customerId: uuid('customer_id'),
    state: text('state').$type<CouponUseState>().notNull(),
    /** The period that it counts in, such as `2026-11`; null where there is no limit by period. */
    period: text('period'),
    /** It was counted for its customer, because there is a limit for one. */
    isCounted: boolean('is_counted').notNull(),
    /** Since when the order has it. */
    at: instant('at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.orderId, t.couponId] }),
    index('coupon_uses_coupon_idx').on(t.shopId, t.couponId, t.orderId),
    index('coupon_uses_customer_idx')
      .on(t.shopId, t.customerId, t.orderId)
      .where(sql`${t.customerId} is not null`),
    check('coupon_uses_state', sql`${t.state} in ('held', 'used', 'returned')`),
    foreignKey({
      name: 'coupon_uses_coupon_fk',
      columns: [t.shopId, t.couponId],
      foreignColumns: [coupons.shopId, coupons.id],
    }),
  ],
);
export type CouponUse = typeof couponUses.$inferSelect;

/** How often a customer used codes of a definition: ever (`all`), and within a period such as `2026-11`. Only where there is a limit. */
export const couponCustomerCounters = pgTable(
  'coupon_customer_counters',
  {
    shopId: shopId(),
    definitionId: id('definition_id'),
    customerId: id('customer_id'),
    period: text('period').notNull(),
    uses: integer('uses').notNull(),
  },
  (t) => [
    primaryKey({
      name: 'coupon_customer_counters_pk',
      columns: [t.shopId, t.definitionId, t.customerId, t.period],
    }),
    index('coupon_customer_counters_customer_idx').on(t.shopId, t.customerId),
    check('coupon_customer_counters_range', sql`${t.uses} >= 0`),
    foreignKey({
      name: 'coupon_customer_counters_definition_fk',
      columns: [t.shopId, t.definitionId],
      foreignColumns: [couponDefinitions.shopId, couponDefinitions.id],
    }),
  ],
);

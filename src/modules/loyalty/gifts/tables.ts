import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, rateBps, shopId, version } from '../../../platform/db/columns.ts';
import { products } from '../../catalogue/tables.ts';
import { customers } from '../../customers/tables.ts';
import { pointSpendings } from '../spending/tables.ts';
import { loyaltyMembers } from '../tables.ts';
import type { GiftGrantSource } from './kinds.ts';
import type { GiftGrantState, GiftState, RedemptionState } from './states.ts';

const points = amount;

/** What members can have for points. */
export const loyaltyGifts = pgTable(
  'loyalty_gifts',
  {
    shopId: shopId(),
    id: id(),
    name: text('name').notNull(),
    description: text('description'),
    /** The goods that it is, where it is some of the shop's products. */
    productId: uuid('product_id'),
    state: text('state').$type<GiftState>().notNull(),
    /** For one. */
    pricePoints: points('price_points').notNull(),
    /** And in money on top of points, minor units with tax; 0: nothing. */
    priceAmount: amount('price_amount').notNull().default(sql`0`),
    taxRateBps: rateBps('tax_rate_bps').notNull().default(0),
    /** The tier that a member has to have at least; null: any. */
    minimumTierKey: text('minimum_tier_key'),
    /** How many the shop gave out for it in all, and how many of them are left to be had. */
    stockedQuantity: integer('stocked_quantity').notNull(),
    leftQuantity: integer('left_quantity').notNull(),
    /** How many one member can have in all; null: as many as they like. */
    memberLimit: integer('member_limit'),
    availableFrom: instant('available_from'),
    availableUntil: instant('available_until'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    // The lists, newest first.
    primaryKey({ columns: [t.shopId, t.id] }),
    index('loyalty_gifts_state_idx').on(t.shopId, t.state, t.id),
    check('loyalty_gifts_state', sql`${t.state} in ('active', 'archived')`),
    check(
      'loyalty_gifts_quantities',
      sql`${t.pricePoints} > 0 and ${t.priceAmount} >= 0 and ${t.taxRateBps} between 0 and 10000 and ${t.leftQuantity} between 0 and ${t.stockedQuantity} and (${t.memberLimit} is null or ${t.memberLimit} > 0)`,
    ),
    check('loyalty_gifts_times', sql`${t.availableUntil} > ${t.availableFrom}`),
    foreignKey({
      name: 'loyalty_gifts_product_fk',
      columns: [t.shopId, t.productId],
      foreignColumns: [products.shopId, products.id],
    }),
  ],
);

export type LoyaltyGift = typeof loyaltyGifts.$inferSelect;

/** How many of a gift a member has. */
export const giftTakers = pgTable(
  'gift_takers',
  {
    shopId: shopId(),
    giftId: id('gift_id'),
    customerId: id('customer_id'),
    quantity: integer('quantity').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.giftId, t.customerId] }),
    // What a merge moves.
    index('gift_takers_customer_idx').on(t.shopId, t.customerId, t.giftId),
    check('gift_takers_quantity', sql`${t.quantity} >= 0`),
    foreignKey({
      name: 'gift_takers_gift_fk',
      columns: [t.shopId, t.giftId],
      foreignColumns: [loyaltyGifts.shopId, loyaltyGifts.id],
    }),
  ],
);

/** A member's wish to have gifts for points. */
export const redemptions = pgTable(
  'redemptions',
  {
    shopId: shopId(),
    id: id(),
    customerId: id('customer_id'),
    giftId: id('gift_id'),
    /** As it was called. */
    giftName: text('gift_name').notNull(),
    state: text('state').$type<RedemptionState>().notNull(),
    quantity: integer('quantity').notNull(),
    /** How many of them were given up again. */
    cancelledQuantity: integer('cancelled_quantity').notNull().default(0),
    unitPoints: points('unit_points').notNull(),
    /** What one costs in money on top, minor units with tax, and the tax in what all of them cost. */
    unitAmount: amount('unit_amount').notNull().default(sql`0`),
    taxRateBps: rateBps('tax_rate_bps').notNull().default(0),
    taxAmount: amount('tax_amount').notNull().default(sql`0`),
    /** What was taken, refunds not deducted; what of it was given back or is on its way back. */
    paidAmount: amount('paid_amount').notNull().default(sql`0`),
    refundedAmount: amount('refunded_amount').notNull().default(sql`0`),
    spendingId: id('spending_id'),
    redeemedAt: instant('redeemed_at'),
    /** When the hold is over; null once it has ended. Shop time. */
    dueAt: instant('due_at'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    // The list, newest first.
    primaryKey({ columns: [t.shopId, t.id] }),
    index('redemptions_customer_idx').on(t.shopId, t.customerId, t.id),
    index('redemptions_state_idx').on(t.shopId, t.state, t.id),
    index('redemptions_due_idx').on(t.shopId, t.dueAt, t.id).where(sql`${t.dueAt} is not null`),
    check('redemptions_state', sql`${t.state} in ('held', 'redeemed', 'cancelled', 'expired')`),
    check('redemptions_due', sql`(${t.state} = 'held') = (${t.dueAt} is not null)`),
    check(
      'redemptions_quantity',
      sql`${t.quantity} > 0 and ${t.unitPoints} > 0 and ${t.cancelledQuantity} between 0 and ${t.quantity}
        and (${t.state} in ('cancelled', 'expired')) = (${t.cancelledQuantity} = ${t.quantity})`,
    ),
    check(
      'redemptions_money',
      sql`${t.unitAmount} >= 0 and ${t.taxAmount} between 0 and ${t.unitAmount} * ${t.quantity}
        and ${t.refundedAmount} between 0 and ${t.paidAmount}`,
    ),
    foreignKey({
      name: 'redemptions_gift_fk',
      columns: [t.shopId, t.giftId],
      foreignColumns: [loyaltyGifts.shopId, loyaltyGifts.id],
    }),
    foreignKey({
      name: 'redemptions_spending_fk',
      columns: [t.shopId, t.spendingId],
      foreignColumns: [pointSpendings.shopId, pointSpendings.id],
    }),
    foreignKey({
      name: 'redemptions_member_fk',
      columns: [t.shopId, t.customerId],
      foreignColumns: [loyaltyMembers.shopId, loyaltyMembers.customerId],
    }),
  ],
);

export type Redemption = typeof redemptions.$inferSelect;

/** Goods that a customer is owed as a gift. */
export const giftGrants = pgTable(
  'gift_grants',
  {
    shopId: shopId(),
    id: id(),
    customerId: id('customer_id'),
    /** What it was won with. The same source gives once. */
    source: text('source').$type<GiftGrantSource>().notNull(),
    sourceKey: text('source_key').notNull(),
    productId: uuid('product_id'),
    name: text('name').notNull(),
    state: text('state').$type<GiftGrantState>().notNull(),
    quantity: integer('quantity').notNull(),
    /** SHA-256 of the code that the customer shows at the counter; null until they ask for one. */
    claimCodeHash: text('claim_code_hash'),
    handedOverAt: instant('handed_over_at'),
    handedOverBy: text('handed_over_by'),
    /** The order that it goes with. */
    orderId: uuid('order_id'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    // The list, newest first.
    primaryKey({ columns: [t.shopId, t.id] }),
    index('gift_grants_customer_idx').on(t.shopId, t.customerId, t.id),
    index('gift_grants_state_idx').on(t.shopId, t.state, t.id),
    unique('gift_grants_source_key').on(t.sourceKey, t.source, t.shopId),
    unique('gift_grants_claim_code_key').on(t.shopId, t.claimCodeHash),
    check(
      'gift_grants_state',
      sql`${t.state} in ('open', 'in_order', 'shipped', 'handed_over', 'cancelled')`,
    ),
    check(
      'gift_grants_handed_over',
      sql`(${t.state} = 'handed_over') = (${t.handedOverAt} is not null)
        and (${t.handedOverAt} is null) = (${t.handedOverBy} is null)`,
    ),
    // What an order takes along. Only goods of the shop can be in one.
    index('gift_grants_order_idx').on(t.shopId, t.orderId, t.id).where(sql`${t.orderId} is not null`),
    check(
      'gift_grants_order',
      sql`(${t.state} in ('in_order', 'shipped')) = (${t.orderId} is not null)
        and (${t.orderId} is null or (${t.productId} is not null and ${t.claimCodeHash} is null))`,
    ),
    check(
      'gift_grants_quantity',
      sql`${t.quantity} >= 0 and (${t.quantity} > 0 or ${t.state} = 'cancelled')`,
    ),
    foreignKey({
      name: 'gift_grants_customer_fk',
      columns: [t.shopId, t.customerId],
      foreignColumns: [customers.shopId, customers.id],
    }),
    foreignKey({
      name: 'gift_grants_product_fk',
      columns: [t.shopId, t.productId],
      foreignColumns: [products.shopId, products.id],
    }),
  ],
);

export type GiftGrant = typeof giftGrants.$inferSelect;

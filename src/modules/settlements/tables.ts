import { sql } from 'drizzle-orm';
import {
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
import { amount, id, instant, rateBps, shopId, version } from '../../platform/db/columns.ts';
import { shops } from '../../platform/shops/tables.ts';
import { orderLines, orders } from '../orders/tables.ts';
import { refunds } from '../payments/tables.ts';
import type { Cap } from './difference-rules.ts';
import type { PayoutMethod, PolicyRule, SettlementReason } from './policy-rules.ts';
import type { Side } from './offer-rules.ts';
import { priceProtectionSweeps } from './price-protection/tables.ts';
import type { DeclineReason } from './settlement-rules.ts';
import type { SettlementState } from './states.ts';
import type { Words } from './words-rules.ts';

/** A promise to pay price differences. What it promises is in its versions. */
export const priceDifferencePolicies = pgTable(
  'price_difference_policies',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    name: text('name').notNull(),
    /** The newest version of its rule. */
    ruleVersion: integer('rule_version').notNull(),
    /** From then on no new order is promised anything by it. Shop time. */
    archivedAt: instant('archived_at'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    check('price_difference_policies_rule_version', sql`${t.ruleVersion} > 0`),
  ],
);

export type PriceDifferencePolicy = typeof priceDifferencePolicies.$inferSelect;

/** What a policy promised, from when on. Insert-only: an order keeps the version that was in force when it was placed. */
export const priceDifferencePolicyVersions = pgTable(
  'price_difference_policy_versions',
  {
    shopId: shopId(),
    policyId: id('policy_id'),
    ruleVersion: integer('rule_version').notNull(),
    rule: jsonb('rule').$type<PolicyRule>().notNull(),
    /** The rule in plain words, as customers were told it. */
    words: jsonb('words').$type<Words>().notNull(),
    inForceFrom: instant('in_force_from').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.policyId, t.ruleVersion] }),
    // The versions that were in force at a moment.
    index('price_difference_policy_versions_force_idx').on(t.shopId, t.inForceFrom, t.policyId),
    foreignKey({
      name: 'price_difference_policy_versions_policy_fk',
      columns: [t.shopId, t.policyId],
      foreignColumns: [priceDifferencePolicies.shopId, priceDifferencePolicies.id],
    }),
  ],
);

export type PolicyVersion = typeof priceDifferencePolicyVersions.$inferSelect;

// Somebody is waited for while it is offered, and the customer while they have to pay.
const DUE =
  sql.raw(`case when "settlements"."state" in ('offered', 'countered') then "settlements"."due_at" is not null
        when "settlements"."state" in ('accepted', 'paying', 'failed')
          then ("settlements"."due_at" is not null) = ("settlements"."direction" = 'from_customer')
        else "settlements"."due_at" is null end`);

// Asked or answered only once it is settled, and an answer is whole.
const SATISFACTION =
  sql.raw(`("settlements"."state" = 'settled' or ("settlements"."satisfaction_due_at" is null and "settlements"."satisfaction_asked_at" is null
          and "settlements"."is_satisfied" is null))
        and ("settlements"."satisfaction_due_at" is null or ("settlements"."satisfaction_asked_at" is null and "settlements"."is_satisfied" is null))
        and ("settlements"."is_satisfied" is null) = ("settlements"."satisfaction_answered_at" is null)
        and ("settlements"."is_satisfied" is null) = ("settlements"."satisfaction_actor_kind" is null)
        and ("settlements"."is_satisfied" is null) = ("settlements"."satisfaction_actor_id" is null)
        and ("settlements"."satisfaction_comment" is null or "settlements"."is_satisfied" is not null)`);

/** A price difference between shop and customer, for one order. */
export const settlements = pgTable(
  'settlements',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    orderId: id('order_id'),
    customerId: uuid('customer_id'),
    direction: text('direction').$type<'to_customer' | 'from_customer'>().notNull(),
    reason: text('reason').$type<SettlementReason>().notNull(),
    state: text('state').$type<SettlementState>().notNull(),
    /** The promise that it goes by; null for what nobody had to promise. */
    policyId: uuid('policy_id'),
    ruleVersion: integer('rule_version'),
    /** How the customer gets it; null when the customer pays. */
    payoutMethod: text('payout_method').$type<PayoutMethod>(),
    /** Who said that the customer takes a coupon instead of money: they themselves, or staff for them. */
    agreedBy: text('agreed_by').$type<'customer' | 'api_key'>(),
    amount: amount('amount').notNull(),
    /** The part of it that is for freight, which no line is for. */
    freightAmount: amount('freight_amount').notNull().default(sql`0`),
    currency: text('currency').notNull(),
    /** For the customer. */
    message: text('message'),
    /** The order edit that it pays for; null where only the price changes. */
    editId: uuid('edit_id'),
    /** Why it was declined, from the closed list of the side that did. */
    declineReason: text('decline_reason').$type<DeclineReason>(),
    /** The calendar year, in the shop's time zone, whose cap it counts in. */
    capYear: integer('cap_year').notNull(),
    /** The sweep that opened it. */
    sweepId: uuid('sweep_id'),
    /** When what is accepted is to be paid, for the sweep that does it; null where that is done or not to be done. Shop time. */
    payoutDueAt: instant('payout_due_at'),
    createdAt: instant('created_at').notNull(),
    acceptedAt: instant('accepted_at'),
    settledAt: instant('settled_at'),
    /** Until when the offer is answered, or the accepted amount paid; null when nobody is waited for. Shop time. */
    dueAt: instant('due_at'),
    /** When its customer is to be asked whether they are satisfied; null once they were asked or have answered. Shop time. */
    satisfactionDueAt: instant('satisfaction_due_at'),
    satisfactionAskedAt: instant('satisfaction_asked_at'),
    isSatisfied: boolean('is_satisfied'),
    satisfactionComment: text('satisfaction_comment'),
    satisfactionAnsweredAt: instant('satisfaction_answered_at'),
    /** Who gave the answer: the customer, or staff for them. */
    satisfactionActorKind: text('satisfaction_actor_kind'),
    satisfactionActorId: text('satisfaction_actor_id'),
    version: version(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    index('settlements_order_idx').on(t.shopId, t.orderId, t.id),
    index('settlements_state_idx').on(t.shopId, t.state, t.id),
    index('settlements_customer_idx').on(t.shopId, t.customerId, t.id),
    index('settlements_updated_at_idx').on(t.shopId, t.updatedAt, t.id),
    index('settlements_state_updated_at_idx').on(t.shopId, t.state, t.updatedAt, t.id),
    // What became of what a sweep opened.
    index('settlements_sweep_idx').on(t.shopId, t.sweepId, t.state).where(sql`${t.sweepId} is not null`),
    // What the sweep of payouts looks for.
    index('settlements_payout_due_idx')
      .on(t.shopId, t.payoutDueAt, t.id)
      .where(sql`${t.payoutDueAt} is not null`),
    check('settlements_payout_due', sql`${t.payoutDueAt} is null or ${t.state} = 'accepted'`),
    // What the sweep looks for; rows with nothing due are not in it.
    index('settlements_due_idx').on(t.shopId, t.dueAt).where(sql`${t.dueAt} is not null`),
    uniqueIndex('settlements_edit_key').on(t.shopId, t.editId).where(sql`${t.editId} is not null`),
    // One settlement of an order's freight at a time, as settlement_lines_open_key has it for lines.
    uniqueIndex('settlements_open_freight_key')
      .on(t.shopId, t.orderId)
      .where(
        sql`${t.freightAmount} > 0 and ${t.state} not in ('settled', 'declined', 'expired', 'cancelled')`,
      ),
    check('settlements_amount', sql`${t.amount} > 0 and ${t.freightAmount} between 0 and ${t.amount}`),
    check('settlements_payout', sql`(${t.payoutMethod} is null) = (${t.direction} = 'from_customer')`),
    check('settlements_due', DUE),
    // What the sweep looks for.
    index('settlements_satisfaction_due_idx')
      .on(t.shopId, t.satisfactionDueAt, t.id)
      .where(sql`${t.satisfactionDueAt} is not null`),
    check('settlements_satisfaction', SATISFACTION),
    check(
      'settlements_agreed',
      sql`(${t.payoutMethod} is not distinct from 'coupon') = (${t.agreedBy} is not null)`,
    ),
    check('settlements_promise', sql`(${t.policyId} is null) = (${t.ruleVersion} is null)`),
    check('settlements_settled', sql`(${t.state} = 'settled') = (${t.settledAt} is not null)`),
    check('settlements_declined', sql`(${t.state} = 'declined') = (${t.declineReason} is not null)`),
    foreignKey({
      name: 'settlements_order_fk',
      columns: [t.shopId, t.orderId],
      foreignColumns: [orders.shopId, orders.id],
    }),
    foreignKey({
      name: 'settlements_sweep_fk',
      columns: [t.shopId, t.sweepId],
      foreignColumns: [priceProtectionSweeps.shopId, priceProtectionSweeps.id],
    }),
    foreignKey({
      name: 'settlements_promise_fk',
      columns: [t.shopId, t.policyId, t.ruleVersion],
      foreignColumns: [
        priceDifferencePolicyVersions.shopId,
        priceDifferencePolicyVersions.policyId,
        priceDifferencePolicyVersions.ruleVersion,
      ],
    }),
  ],
);

export type Settlement = typeof settlements.$inferSelect;

/** What a settlement says of a line: the arithmetic as it was decided, stored and never computed again. */
export const settlementLines = pgTable(
  'settlement_lines',
  {
    shopId: shopId(),
    settlementId: id('settlement_id'),
    lineId: id('line_id'),
    quantity: integer('quantity').notNull(),
    paidNetAmount: amount('paid_net_amount').notNull(),
    /** What a unit was compared with; null where nothing was compared, as for goodwill. */
    comparedUnitAmount: amount('compared_unit_amount'),
    differenceAmount: amount('difference_amount').notNull(),
    rateBps: rateBps('rate_bps').notNull(),
    /** What was settled before. */
    settledAmount: amount('settled_amount').notNull(),
    amount: amount('amount').notNull(),
    /** The tax in it: its share of the line's. */
    taxAmount: amount('tax_amount').notNull(),
    /** What was offered of it at first, by which counter-offers are scaled; null where nothing was offered. */
    offeredAmount: amount('offered_amount'),
    /** The customer pays it: what was paid for the line is no limit. */
    isCharge: boolean('is_charge').notNull().default(false),
    cap: text('cap').$type<Cap>(),
    /** The settlement has not ended: no other one may touch the line. */
    isOpen: boolean('is_open').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.settlementId, t.lineId] }),
    uniqueIndex('settlement_lines_open_key').on(t.shopId, t.lineId).where(sql`${t.isOpen}`),
    check(
      'settlement_lines_amount',
      sql`${t.amount} >= 0 and (${t.amount} > 0 or ${t.offeredAmount} is not null)
        and (${t.isCharge} or ${t.amount} + ${t.settledAmount} <= ${t.paidNetAmount})`,
    ),
    foreignKey({
      name: 'settlement_lines_settlement_fk',
      columns: [t.shopId, t.settlementId],
      foreignColumns: [settlements.shopId, settlements.id],
    }),
    foreignKey({
      name: 'settlement_lines_line_fk',
      columns: [t.shopId, t.lineId],
      foreignColumns: [orderLines.shopId, orderLines.id],
    }),
  ],
);

export type SettlementLine = typeof settlementLines.$inferSelect;

/** What one side offered in a round. Insert-only, but that a message may be taken out. */
export const settlementOffers = pgTable(
  'settlement_offers',
  {
    shopId: shopId(),
    settlementId: id('settlement_id'),
    /** 1 is the offer that opened it; each counter-offer is one more. */
    round: integer('round').notNull(),
    side: text('side').$type<Side>().notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    amount: amount('amount').notNull(),
    /** For the other side. */
    message: text('message'),
    createdAt: instant('created_at').notNull(),
    /** Until when the other side answers. */
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.settlementId, t.round] }),
    check('settlement_offers_amount', sql`${t.amount} > 0 and ${t.round} > 0`),
    check(
      'settlement_offers_side',
      sql`${t.side} = case when ${t.round} % 2 = 1 then 'shop' else 'customer' end`,
    ),
    check('settlement_offers_expiry', sql`${t.expiresAt} > ${t.createdAt}`),
    foreignKey({
      name: 'settlement_offers_settlement_fk',
      columns: [t.shopId, t.settlementId],
      foreignColumns: [settlements.shopId, settlements.id],
    }),
  ],
);

export type SettlementOffer = typeof settlementOffers.$inferSelect;

/** The refunds that carry a settlement's money. */
export const settlementPayouts = pgTable(
  'settlement_payouts',
  {
    shopId: shopId(),
    settlementId: id('settlement_id'),
    refundId: id('refund_id'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.settlementId, t.refundId] }),
    unique('settlement_payouts_refund_key').on(t.shopId, t.refundId),
    foreignKey({
      name: 'settlement_payouts_settlement_fk',
      columns: [t.shopId, t.settlementId],
      foreignColumns: [settlements.shopId, settlements.id],
    }),
    foreignKey({
      name: 'settlement_payouts_refund_fk',
      columns: [t.shopId, t.refundId],
      foreignColumns: [refunds.shopId, refunds.id],
    }),
  ],
);

/** What settlements have used up of a policy's caps: one row for its budget, and one for each customer and year. */
export const policyUses = pgTable(
  'price_difference_policy_uses',
  {
    shopId: shopId(),
    policyId: id('policy_id'),
    /** The customer, or the policy itself for its budget. */
    holderId: id('holder_id'),
    /** The year, or 0 for the budget. */
    year: integer('year').notNull(),
    usedAmount: amount('used_amount').notNull(),
  },
  (t) => [
    primaryKey({
      name: 'price_difference_policy_uses_pk',
      columns: [t.shopId, t.policyId, t.holderId, t.year],
    }),
    check('price_difference_policy_uses_amount', sql`${t.usedAmount} >= 0`),
    foreignKey({
      name: 'price_difference_policy_uses_policy_fk',
      columns: [t.shopId, t.policyId],
      foreignColumns: [priceDifferencePolicies.shopId, priceDifferencePolicies.id],
    }),
  ],
);

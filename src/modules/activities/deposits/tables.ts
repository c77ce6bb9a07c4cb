import { sql } from 'drizzle-orm';
import {
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
import { amount, id, instant, shopId, version } from '../../../platform/db/columns.ts';
import { customers } from '../../customers/tables.ts';
import { activities } from '../tables.ts';
import type { GiftDepositState } from './states.ts';

/** What customers of a shop have paid, or are about to, and have not had back: held against the shop's cap. */
export const giftDepositExposures = pgTable(
  'gift_deposit_exposures',
  { shopId: shopId(), exposedAmount: amount('exposed_amount').notNull() },
  (t) => [
    primaryKey({ columns: [t.shopId] }),
    check('gift_deposit_exposures_amount', sql`${t.exposedAmount} >= 0`),
  ],
);

/** A deposit. Whoever moves its money locks it, after its customer. */
export const giftDeposits = pgTable(
  'gift_deposits',
  {
    shopId: shopId(),
    id: id(),
    activityId: id('activity_id'),
    customerId: id('customer_id'),
    /** Whose place it holds; nobody's any more once it was cancelled. */
    participantId: uuid('participant_id'),
    state: text('state').$type<GiftDepositState>().notNull(),
    /** Frozen from what the activity said: what is paid, and in how many parts it comes back. */
    depositAmount: amount('deposit_amount').notNull(),
    instalments: integer('instalments').notNull(),
    ruleVersion: integer('rule_version').notNull(),
    /** What is back. */
    returnedAmount: amount('returned_amount').notNull(),
    claimCodeHash: text('claim_code_hash'),
    /** Until when it can be paid. */
    dueAt: instant('due_at'),
    paidAt: instant('paid_at'),
    /** When all of it became due before its time, and why. */
    settledEarlyAt: instant('settled_early_at'),
    settledEarlyReason: text('settled_early_reason'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    // The list, newest first.
    primaryKey({ columns: [t.shopId, t.id] }),
    index('gift_deposits_activity_idx').on(t.shopId, t.activityId, t.id),
    index('gift_deposits_customer_idx').on(t.shopId, t.customerId, t.id),
    index('gift_deposits_due_idx').on(t.shopId, t.dueAt, t.id).where(sql`${t.dueAt} is not null`),
    uniqueIndex('gift_deposits_claim_code_key')
      .on(t.shopId, t.claimCodeHash)
      .where(sql`${t.claimCodeHash} is not null`),
    check('gift_deposits_state', sql`${t.state} in ('pending', 'active', 'settled', 'cancelled')`),
    check(
      'gift_deposits_times',
      sql`(${t.state} = 'pending') = (${t.dueAt} is not null) and (${t.state} in ('active', 'settled')) = (${t.paidAt} is not null)
        and (${t.state} = 'cancelled') = (${t.participantId} is null)
        and (${t.settledEarlyAt} is null) = (${t.settledEarlyReason} is null)`,
    ),
    check(
      'gift_deposits_amounts',
      sql`${t.depositAmount} > 0 and ${t.instalments} > 0 and ${t.returnedAmount} between 0 and ${t.depositAmount}
        and (${t.state} = 'settled') = (${t.returnedAmount} = ${t.depositAmount}) and (${t.state} <> 'pending' or ${t.returnedAmount} = 0)`,
    ),
    check('gift_deposits_code', sql`${t.claimCodeHash} is null or ${t.state} = 'active'`),
    foreignKey({
      name: 'gift_deposits_activity_fk',
      columns: [t.shopId, t.activityId],
      foreignColumns: [activities.shopId, activities.id],
    }),
    foreignKey({
      name: 'gift_deposits_customer_fk',
      columns: [t.shopId, t.customerId],
      foreignColumns: [customers.shopId, customers.id],
    }),
  ],
);
export type GiftDeposit = typeof giftDeposits.$inferSelect;

export const PAYOUT_WAYS = ['wallet', 'payment', 'counter'] as const;
export type PayoutWay = (typeof PAYOUT_WAYS)[number];

/** A part in which a deposit comes back. It is owed until it is collected, however long that takes. */
export const giftDepositParts = pgTable(
  'gift_deposit_parts',
  {
    shopId: shopId(),
    giftDepositId: id('gift_deposit_id'),
    /** 1, 2, 3 … */
    number: integer('number').notNull(),
    partAmount: amount('part_amount').notNull(),
    /** Since 1970-01-01, in the shop's time zone: the last day of a month. */
    dueDay: integer('due_day').notNull(),
    /** From when on it can be collected: its day has begun, or all was settled early. */
    collectableAt: instant('collectable_at').notNull(),
    /** When its customer is told that it is due; null: they were. */
    noticeAt: instant('notice_at'),
    collectedAt: instant('collected_at'),
    /** How it was paid out. */
    payoutWay: text('payout_way').$type<PayoutWay>(),
    /** Parts that were paid out together have one. */
    payoutId: uuid('payout_id'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.giftDepositId, t.number] }),
    index('gift_deposit_parts_notice_idx').on(t.shopId, t.noticeAt).where(sql`${t.noticeAt} is not null`),
    // What is owed, by how long.
    index('gift_deposit_parts_owed_idx').on(t.shopId, t.collectableAt).where(sql`${t.collectedAt} is null`),
    check('gift_deposit_parts_amount', sql`${t.number} > 0 and ${t.partAmount} > 0`),
    check(
      'gift_deposit_parts_collected',
      sql`(${t.collectedAt} is null) = (${t.payoutWay} is null) and (${t.collectedAt} is null) = (${t.payoutId} is null) and (${t.collectedAt} is null or ${t.noticeAt} is null)
        and ${t.collectedAt} >= ${t.collectableAt} and ${t.payoutWay} in ('wallet', 'payment', 'counter')`,
    ),
    foreignKey({
      name: 'gift_deposit_parts_deposit_fk',
      columns: [t.shopId, t.giftDepositId],
      foreignColumns: [giftDeposits.shopId, giftDeposits.id],
    }),
  ],
);
export type GiftDepositPart = typeof giftDepositParts.$inferSelect;

import { sql } from 'drizzle-orm';
import {
  bigint,
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
import { id, instant, shopId, version } from '../../../platform/db/columns.ts';
import { customers } from '../../customers/tables.ts';
import { participants } from '../tables.ts';
import type { ReferralState } from './states.ts';

/** What a participant passes on: any number of friends can claim with it. */
export const referralCodes = pgTable(
  'referral_codes',
  {
    shopId: shopId(),
    code: text('code').notNull(),
    activityId: id('activity_id'),
    participantId: id('participant_id'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.code] }),
    index('referral_codes_participant_idx').on(t.shopId, t.participantId, t.code),
    foreignKey({
      name: 'referral_codes_participant_fk',
      columns: [t.shopId, t.participantId],
      foreignColumns: [participants.shopId, participants.id],
    }),
  ],
);

/**
 * A friend of a participant. That is all that it knows: it has no referral above it, so that rewards on a second level cannot be said.
 * Whoever changes it has locked the participant.
 */
export const referrals = pgTable(
  'referrals',
  {
    shopId: shopId(),
    id: id(),
    activityId: id('activity_id'),
    participantId: id('participant_id'),
    state: text('state').$type<ReferralState>().notNull(),
    /** Of a personal invitation: it is claimed once. */
    code: text('code'),
    referredCustomerId: uuid('referred_customer_id'),
    /** Where it was claimed. */
    channel: text('channel'),
    /** The day on which it began, since 1970-01-01, in the shop's time zone. */
    day: integer('day').notNull(),
    /** When it is looked at again: a return window ends, or nothing can be bought for it any more. */
    dueAt: instant('due_at'),
    claimedAt: instant('claimed_at'),
    qualifiedAt: instant('qualified_at'),
    /** Why staff took it out. */
    cancelReason: text('cancel_reason'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    // The list, newest first.
    primaryKey({ columns: [t.shopId, t.id] }),
    index('referrals_activity_idx').on(t.shopId, t.activityId, t.id),
    index('referrals_participant_idx').on(t.shopId, t.participantId, t.id),
    // A customer is referred once in an activity.
    uniqueIndex('referrals_referred_key')
      .on(t.shopId, t.referredCustomerId, t.activityId)
      .where(sql`${t.referredCustomerId} is not null`),
    uniqueIndex('referrals_code_key').on(t.shopId, t.code).where(sql`${t.code} is not null`),
    index('referrals_due_idx').on(t.shopId, t.dueAt, t.id).where(sql`${t.dueAt} is not null`),
    check(
      'referrals_state',
      sql`${t.state} in ('invited', 'claimed', 'qualified', 'rewarded', 'taken_back', 'expired', 'cancelled')`,
    ),
    check(
      'referrals_claimed',
      sql`(${t.claimedAt} is null) = (${t.channel} is null)
        and (${t.claimedAt} is not null or ${t.state} in ('invited', 'expired', 'cancelled'))
        and (${t.state} <> 'invited' or (${t.claimedAt} is null and ${t.code} is not null))`,
    ),
    check(
      'referrals_qualified',
      sql`(${t.qualifiedAt} is not null) = (${t.state} in ('qualified', 'rewarded'))`,
    ),
    check('referrals_cancelled', sql`(${t.state} = 'cancelled') = (${t.cancelReason} is not null)`),
    check('referrals_due', sql`${t.dueAt} is null or ${t.state} in ('invited', 'claimed')`),
    foreignKey({
      name: 'referrals_participant_fk',
      columns: [t.shopId, t.participantId],
      foreignColumns: [participants.shopId, participants.id],
    }),
    foreignKey({
      name: 'referrals_referred_fk',
      columns: [t.shopId, t.referredCustomerId],
      foreignColumns: [customers.shopId, customers.id],
    }),
  ],
);
export type Referral = typeof referrals.$inferSelect;

/** What a friend bought or loaded after they claimed. */
export const referralPurchases = pgTable(
  'referral_purchases',
  {
    shopId: shopId(),
    referralId: id('referral_id'),
    sourceType: text('source_type').$type<'order' | 'card_load'>().notNull(),
    sourceId: id('source_id'),
    /** What it comes to now, in minor units. */
    purchaseAmount: bigint('purchase_amount', { mode: 'bigint' }).notNull(),
    /** Whether that is enough. */
    qualifies: boolean('qualifies').notNull(),
    /** When its return window is over. */
    returnableUntil: instant('returnable_until').notNull(),
    boughtAt: instant('bought_at').notNull(),
  },
  (t) => [
    primaryKey({
      name: 'referral_purchases_pk',
      columns: [t.shopId, t.referralId, t.sourceType, t.sourceId],
    }),
    check('referral_purchases_source', sql`${t.sourceType} in ('order', 'card_load')`),
    check('referral_purchases_times', sql`${t.returnableUntil} > ${t.boughtAt} and ${t.purchaseAmount} >= 0`),
    foreignKey({
      name: 'referral_purchases_referral_fk',
      columns: [t.shopId, t.referralId],
      foreignColumns: [referrals.shopId, referrals.id],
    }),
  ],
);
export type ReferralPurchase = typeof referralPurchases.$inferSelect;

/** By what friends are told apart: keyed hashes. The key is what lets somebody be a friend once. */
export const referralIdentifiers = pgTable(
  'referral_identifiers',
  {
    shopId: shopId(),
    activityId: id('activity_id'),
    fingerprint: text('fingerprint').notNull(),
    referralId: id('referral_id'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.activityId, t.fingerprint] }),
    index('referral_identifiers_referral_idx').on(t.shopId, t.referralId),
    foreignKey({
      name: 'referral_identifiers_referral_fk',
      columns: [t.shopId, t.referralId],
      foreignColumns: [referrals.shopId, referrals.id],
    }),
  ],
);

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
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { bytes } from '../../../platform/auth/tables.ts';
import { id, instant, shopId, version } from '../../../platform/db/columns.ts';
import { activities, participants } from '../tables.ts';
import type { ContestPrize } from '../formats/contest.ts';
import type { ContestState } from './states.ts';

/** The result of a contest. Whoever enters it or takes part locks it: numbers have no gaps, and nobody enters once there is a result. */
export const contests = pgTable(
  'contests',
  {
    shopId: shopId(),
    activityId: id('activity_id'),
    state: text('state').$type<ContestState>().notNull(),
    /** 32 random bytes, sealed; in hex once it is settled. */
    sealedSeed: bytes('sealed_seed').notNull(),
    commitment: text('commitment').notNull(),
    seed: text('seed'),
    /** The number of the last entry. */
    entries: integer('entries').notNull(),
    /** What came true; null: none of it, or it is not known. */
    resultKey: text('result_key'),
    /** By what that is known. */
    resultReason: text('result_reason'),
    enteredBy: text('entered_by'),
    enteredAt: instant('entered_at'),
    lockedBy: text('locked_by'),
    lockedAt: instant('locked_at'),
    /** What was to be won when it was locked. */
    prize: jsonb('prize').$type<ContestPrize>(),
    /** How many were right, once it is locked. */
    rightEntries: integer('right_entries'),
    /** How many of them were dealt with, and the number of the last. */
    settledEntries: integer('settled_entries').notNull(),
    settledNumber: integer('settled_number').notNull(),
    dueAt: instant('due_at'),
    settledAt: instant('settled_at'),
    version: version(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.activityId] }),
    index('contests_due_idx').on(t.shopId, t.dueAt).where(sql`${t.dueAt} is not null`),
    check('contests_state', sql`${t.state} in ('open', 'entered', 'locked', 'settled')`),
    check(
      'contests_result',
      sql`(${t.state} = 'open') = (${t.enteredAt} is null) and (${t.enteredAt} is null) = (${t.enteredBy} is null)
        and (${t.enteredAt} is null) = (${t.resultReason} is null) and (${t.resultKey} is null or ${t.enteredAt} is not null)`,
    ),
    check(
      'contests_locked',
      sql`(${t.state} in ('locked', 'settled')) = (${t.lockedAt} is not null) and (${t.lockedAt} is null) = (${t.lockedBy} is null)
        and (${t.lockedAt} is null) = (${t.rightEntries} is null) and (${t.lockedBy} is null or ${t.lockedBy} <> ${t.enteredBy})
        and (${t.lockedAt} is null) = (${t.prize} is null)`,
    ),
    check(
      'contests_settled',
      sql`(${t.state} = 'settled') = (${t.settledAt} is not null) and (${t.settledAt} is null) = (${t.seed} is null)
        and (${t.state} = 'locked') = (${t.dueAt} is not null)`,
    ),
    check(
      'contests_counts',
      sql`${t.entries} >= 0 and ${t.settledNumber} between 0 and ${t.entries} and ${t.settledEntries} between 0 and coalesce(${t.rightEntries}, 0)`,
    ),
    foreignKey({
      name: 'contests_activity_fk',
      columns: [t.shopId, t.activityId],
      foreignColumns: [activities.shopId, activities.id],
    }),
  ],
);
export type Contest = typeof contests.$inferSelect;

/** What a customer guessed. */
export const contestEntries = pgTable(
  'contest_entries',
  {
    shopId: shopId(),
    activityId: id('activity_id'),
    /** 1, 2, 3 … without gaps. */
    number: integer('number').notNull(),
    participantId: id('participant_id'),
    customerId: id('customer_id'),
    optionKey: text('option_key').notNull(),
    /** What the customer chose at random, so that nobody could know who is drawn. */
    nonce: text('nonce').notNull(),
    /** Staff, or somebody who tests. */
    isInsider: boolean('is_insider').notNull(),
    isWinner: boolean('is_winner').notNull(),
    /** When it became a second entry of one customer, by a merge: it is none any more. */
    voidedAt: instant('voided_at'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.activityId, t.number] }),
    uniqueIndex('contest_entries_participant_key')
      .on(t.shopId, t.participantId)
      .where(sql`${t.voidedAt} is null`),
    index('contest_entries_customer_idx').on(t.shopId, t.customerId, t.activityId, t.number),
    // Who was right, in order.
    index('contest_entries_option_idx').on(t.shopId, t.activityId, t.optionKey, t.number),
    check('contest_entries_number', sql`${t.number} > 0`),
    foreignKey({
      name: 'contest_entries_contest_fk',
      columns: [t.shopId, t.activityId],
      foreignColumns: [contests.shopId, contests.activityId],
    }),
    foreignKey({
      name: 'contest_entries_participant_fk',
      columns: [t.shopId, t.participantId],
      foreignColumns: [participants.shopId, participants.id],
    }),
  ],
);
export type ContestEntry = typeof contestEntries.$inferSelect;

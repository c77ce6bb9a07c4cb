import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { id, instant, shopId } from '../../../platform/db/columns.ts';
import { activities, participants } from '../tables.ts';

/** Somebody's like for a collection. */
export const helps = pgTable(
  'helps',
  {
    shopId: shopId(),
    id: id(),
    activityId: id('activity_id'),
    participantId: id('participant_id'),
    /** Who helped, where that is a customer. */
    helperCustomerId: uuid('helper_customer_id'),
    channel: text('channel').notNull(),
    /** When staff took it out, and why. */
    voidedAt: instant('voided_at'),
    voidReason: text('void_reason'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    // By id, which rises with time.
    primaryKey({ columns: [t.shopId, t.id] }),
    index('helps_participant_idx').on(t.shopId, t.participantId, t.id),
    // Whose collections a customer helped.
    index('helps_helper_idx')
      .on(t.shopId, t.helperCustomerId, t.activityId)
      .where(sql`${t.helperCustomerId} is not null`),
    check('helps_voided', sql`(${t.voidedAt} is null) = (${t.voidReason} is null)`),
    foreignKey({
      name: 'helps_participant_fk',
      columns: [t.shopId, t.participantId],
      foreignColumns: [participants.shopId, participants.id],
    }),
  ],
);
export type Help = typeof helps.$inferSelect;

/** By what helpers of a collection are told apart: keyed hashes. The key is what lets a helper count once. */
export const helpIdentifiers = pgTable(
  'help_identifiers',
  {
    shopId: shopId(),
    participantId: id('participant_id'),
    fingerprint: text('fingerprint').notNull(),
    helpId: id('help_id'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.participantId, t.fingerprint] }),
    index('help_identifiers_help_idx').on(t.shopId, t.helpId),
    foreignKey({
      name: 'help_identifiers_help_fk',
      columns: [t.shopId, t.helpId],
      foreignColumns: [helps.shopId, helps.id],
    }),
  ],
);

/** How many collections of an activity were helped on a day by who has this fingerprint. */
export const helpDays = pgTable(
  'help_days',
  {
    shopId: shopId(),
    activityId: id('activity_id'),
    fingerprint: text('fingerprint').notNull(),
    /** Since 1970-01-01, in the shop's time zone. */
    day: integer('day').notNull(),
    helps: integer('helps').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.activityId, t.fingerprint, t.day] }),
    check('help_days_helps', sql`${t.helps} > 0`),
    foreignKey({
      name: 'help_days_activity_fk',
      columns: [t.shopId, t.activityId],
      foreignColumns: [activities.shopId, activities.id],
    }),
  ],
);

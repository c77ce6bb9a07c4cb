import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { amount, id, instant, shopId } from '../../../platform/db/columns.ts';
import { loyaltyMembers, loyaltyProgrammes } from '../tables.ts';

/** A member came to another tier. Insert-only. */
export const tierChanges = pgTable(
  'tier_changes',
  {
    shopId: shopId(),
    customerId: id('customer_id'),
    /** Counts the changes of a member, from 1 without a gap. */
    position: integer('position').notNull(),
    /** Null: none. */
    fromTierKey: text('from_tier_key'),
    toTierKey: text('to_tier_key'),
    /** What counted: points or minor units, by the programme. */
    countedQuantity: amount('counted_quantity').notNull(),
    programmeVersion: integer('programme_version').notNull(),
    /** Shop time. */
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    // The list, newest first.
    primaryKey({ columns: [t.shopId, t.customerId, t.position] }),
    check(
      'tier_changes_change',
      sql`${t.fromTierKey} is distinct from ${t.toTierKey} and ${t.position} > 0 and ${t.countedQuantity} >= 0`,
    ),
    foreignKey({
      name: 'tier_changes_member_fk',
      columns: [t.shopId, t.customerId],
      foreignColumns: [loyaltyMembers.shopId, loyaltyMembers.customerId],
    }),
  ],
);

export type TierChange = typeof tierChanges.$inferSelect;

/** The tiers of a shop say something else: its members are looked at again, in batches. */
export const tierRounds = pgTable(
  'tier_rounds',
  {
    shopId: shopId(),
    /** The version of the programme whose members it brings along. */
    programmeVersion: integer('programme_version').notNull(),
    /** Null once all members are. Shop time. */
    dueAt: instant('due_at'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId] }),
    index('tier_rounds_due_idx').on(t.shopId, t.dueAt).where(sql`${t.dueAt} is not null`),
    foreignKey({
      name: 'tier_rounds_programme_fk',
      columns: [t.shopId],
      foreignColumns: [loyaltyProgrammes.shopId],
    }),
  ],
);

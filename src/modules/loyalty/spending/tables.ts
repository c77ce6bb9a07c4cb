import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { amount, id, instant, shopId, version } from '../../../platform/db/columns.ts';
import { loyaltyMembers } from '../tables.ts';

const points = amount;

/** Points that a member spent at once, and how many of them came back. */
export const pointSpendings = pgTable(
  'point_spendings',
  {
    shopId: shopId(),
    id: id(),
    customerId: id('customer_id'),
    points: points('points').notNull(),
    givenBackPoints: points('given_back_points').notNull().default(sql`0`),
    version: version(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // What a merge moves.
    index('point_spendings_customer_idx').on(t.shopId, t.customerId, t.id),
    check('point_spendings_points', sql`${t.points} > 0 and ${t.givenBackPoints} between 0 and ${t.points}`),
    foreignKey({
      name: 'point_spendings_member_fk',
      columns: [t.shopId, t.customerId],
      foreignColumns: [loyaltyMembers.shopId, loyaltyMembers.customerId],
    }),
  ],
);

export type PointSpending = typeof pointSpendings.$inferSelect;

/** What a spending took from one lot, in the order in which it took. Insert-only. */
export const pointSpendingParts = pgTable(
  'point_spending_parts',
  {
    shopId: shopId(),
    spendingId: id('spending_id'),
    position: integer('position').notNull(),
    lotId: uuid('lot_id').notNull(),
    points: points('points').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.spendingId, t.position] }),
    check('point_spending_parts_points', sql`${t.points} > 0 and ${t.position} > 0`),
    foreignKey({
      name: 'point_spending_parts_spending_fk',
      columns: [t.shopId, t.spendingId],
      foreignColumns: [pointSpendings.shopId, pointSpendings.id],
    }),
  ],
);

export type PointSpendingPart = typeof pointSpendingParts.$inferSelect;

import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { amount, id, instant, shopId } from '../../../platform/db/columns.ts';
import { orderLines } from '../tables.ts';

/** Units of a line that are not wanted any more, with what came off the price for them. Insert-only. */
export const orderCredits = pgTable(
  'order_credits',
  {
    shopId: shopId(),
    id: id(),
    orderId: id('order_id'),
    lineId: id('line_id'),
    /** Cancelled before they were shipped, or come back. */
    kind: text('kind').$type<'cancelled' | 'returned'>().notNull(),
    quantity: integer('quantity').notNull(),
    /** What they had cost, with what was charged on top; what settlements had given back of that; the difference. */
    paidAmount: amount('paid_amount').notNull(),
    settledAmount: amount('settled_amount').notNull(),
    amount: amount('amount').notNull(),
    /** The tax in it. */
    taxAmount: amount('tax_amount').notNull(),
    /** What took them off: an edit, or the cancellation of the order. */
    causeType: text('cause_type').notNull(),
    causeId: id('cause_id'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    index('order_credits_order_idx').on(t.shopId, t.orderId, t.id),
    unique('order_credits_cause_key').on(t.shopId, t.causeId, t.lineId),
    check(
      'order_credits_amount',
      sql`${t.quantity} > 0 and ${t.amount} >= 0 and ${t.amount} = ${t.paidAmount} - ${t.settledAmount}
        and ${t.taxAmount} between 0 and ${t.amount}`,
    ),
    foreignKey({
      name: 'order_credits_line_fk',
      columns: [t.shopId, t.lineId],
      foreignColumns: [orderLines.shopId, orderLines.id],
    }),
  ],
);

export type OrderCredit = typeof orderCredits.$inferSelect;

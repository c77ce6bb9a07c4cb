import { sql } from 'drizzle-orm';
import { boolean, check, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { amount, id, instant, rateBps, shopId, version } from '../../../platform/db/columns.ts';
import { customers } from '../../customers/tables.ts';
import { orders } from '../tables.ts';

export const NET_STARTS = ['placed', 'delivered'] as const;
export type NetStart = (typeof NET_STARTS)[number];

/**
 * What a customer owes for orders on account, and on which terms they may order so. The row is there from the first such order on, also
 * without terms: what is used is always what is open.
 */
export const customerCredits = pgTable(
  'customer_credits',
  {
    shopId: shopId(),
    customerId: id('customer_id'),
    /** The shop has agreed to terms with the customer; else only staff places orders on account for them. */
    isAgreed: boolean('is_agreed').notNull(),
    /** The share of a total that is due at once. */
    depositShareBps: rateBps('deposit_share_bps').notNull(),
    /** The rest is due so many days after the order was placed or delivered. */
    netDays: integer('net_days').notNull(),
    netFrom: text('net_from').$type<NetStart>().notNull(),
    /** Null: no limit. */
    creditLimitAmount: amount('credit_limit_amount'),
    /** What is open of all orders on account. It may be above a limit that was lowered since. */
    usedAmount: amount('used_amount').notNull(),
    /** Of the terms: what is used moves without it. */
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.customerId] }),
    foreignKey({
      name: 'customer_credits_customer_fk',
      columns: [t.shopId, t.customerId],
      foreignColumns: [customers.shopId, customers.id],
    }),
    check('customer_credits_used_amount', sql`${t.usedAmount} >= 0`),
    check(
      'customer_credits_terms',
      sql`${t.depositShareBps} between 0 and 10000 and ${t.netDays} >= 0 and ${t.creditLimitAmount} >= 0
        and ${t.netFrom} in ('placed', 'delivered')`,
    ),
  ],
);

export type CustomerCredit = typeof customerCredits.$inferSelect;

export const DUE_PARTS = ['deposit', 'rest'] as const;
export type DuePart = (typeof DUE_PARTS)[number];

/** A part of an order on account and when it is to be paid. */
export const orderDues = pgTable(
  'order_dues',
  {
    shopId: shopId(),
    orderId: id('order_id'),
    part: text('part').$type<DuePart>().notNull(),
    /** What it was when the order was placed; what is open of it follows from the order. */
    amount: amount('amount').notNull(),
    netDays: integer('net_days').notNull(),
    /** How many days before it is due it is reminded of, and how many after that it is overdue. */
    remindDays: integer('remind_days').notNull(),
    graceDays: integer('grace_days').notNull(),
    /** Null while that waits for the delivery. */
    dueAt: instant('due_at'),
    /** When it has to be looked at next. */
    nextAt: instant('next_at'),
    remindedAt: instant('reminded_at'),
    overdueAt: instant('overdue_at'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.orderId, t.part] }),
    foreignKey({
      name: 'order_dues_order_fk',
      columns: [t.shopId, t.orderId],
      foreignColumns: [orders.shopId, orders.id],
    }),
    index('order_dues_next_idx').on(t.shopId, t.nextAt).where(sql`${t.nextAt} is not null`),
    check('order_dues_amount', sql`${t.amount} > 0`),
    check('order_dues_part', sql`${t.part} in ('deposit', 'rest')`),
  ],
);

export type OrderDue = typeof orderDues.$inferSelect;

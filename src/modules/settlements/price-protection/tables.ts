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
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, shopId, version } from '../../../platform/db/columns.ts';
import { shops } from '../../../platform/shops/tables.ts';
import { orderLines } from '../../orders/tables.ts';
import type { PolicyReason } from '../policy-rules.ts';
import type { SweepRefusal } from './rules.ts';
import type { PriceProtectionSweepState } from './states.ts';

export const SWEEP_CAUSES = ['requested', 'price_changed'] as const;

/** A search for everything that the shop promised because prices fell, with what it has found and opened so far. */
export const priceProtectionSweeps = pgTable(
  'price_protection_sweeps',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    reason: text('reason').$type<PolicyReason>().notNull(),
    cause: text('cause').$type<(typeof SWEEP_CAUSES)[number]>().notNull(),
    /** It decides and counts everything and opens nothing. */
    isDryRun: boolean('is_dry_run').notNull(),
    /** Only lines of these products; of all when null. */
    productIds: uuid('product_ids').array(),
    state: text('state').$type<PriceProtectionSweepState>().notNull(),
    /** When it goes on; null once it has ended. Shop time. */
    dueAt: instant('due_at'),
    /** The last order that was decided: the next batch begins after it. */
    cursorOrderId: uuid('cursor_order_id'),
    /** Orders to look at, and those that were. */
    orderCount: integer('order_count').notNull(),
    doneOrderCount: integer('done_order_count').notNull(),
    /** Lines that were looked at: each was opened, waits or was refused. */
    foundLineCount: integer('found_line_count').notNull(),
    openedLineCount: integer('opened_line_count').notNull(),
    waitingLineCount: integer('waiting_line_count').notNull(),
    /** Lines by the code of their refusal. */
    refusedLineCounts: jsonb('refused_line_counts').$type<Partial<Record<SweepRefusal, number>>>().notNull(),
    openedCount: integer('opened_count').notNull(),
    customerCount: integer('customer_count').notNull(),
    openedAmount: amount('opened_amount').notNull(),
    /** The moment whose windows count: waiting for its turn costs no customer the promise. */
    createdAt: instant('created_at').notNull(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    version: version(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // What the platform's sweep looks for.
    index('price_protection_sweeps_due_idx').on(t.shopId, t.dueAt, t.id).where(sql`${t.dueAt} is not null`),
    // Prices that fall together are swept together, so that an order gets one settlement and not one for each product.
    uniqueIndex('price_protection_sweeps_queued_key')
      .on(t.shopId, t.reason)
      .where(sql`${t.state} = 'queued' and ${t.cause} = 'price_changed'`),
    check('price_protection_sweeps_state', sql`${t.state} in ('queued', 'running', 'finished', 'cancelled')`),
    check(
      'price_protection_sweeps_ended',
      sql`(${t.state} in ('finished', 'cancelled')) = (${t.finishedAt} is not null)
        and (${t.state} in ('queued', 'running')) = (${t.dueAt} is not null)`,
    ),
    check(
      'price_protection_sweeps_counts',
      sql`${t.doneOrderCount} between 0 and ${t.orderCount} and ${t.openedCount} <= ${t.openedLineCount}
        and ${t.openedLineCount} + ${t.waitingLineCount} <= ${t.foundLineCount} and ${t.waitingLineCount} >= 0
        and ${t.openedAmount} >= ${t.openedCount}`,
    ),
  ],
);

export type PriceProtectionSweep = typeof priceProtectionSweeps.$inferSelect;

const ofSweep = (name: string, t: { shopId: never; sweepId: never }) =>
  foreignKey({
    name,
    columns: [t.shopId, t.sweepId],
    foreignColumns: [priceProtectionSweeps.shopId, priceProtectionSweeps.id],
  });

/** The orders that a sweep has to look at: what it found when it began. Rows of an ended sweep are taken away. */
export const priceProtectionOrders = pgTable(
  'price_protection_orders',
  { shopId: shopId(), sweepId: id('sweep_id'), orderId: id('order_id') },
  // Without foreign keys: it is a list of work, and each order is locked before anything is done with it.
  (t) => [primaryKey({ columns: [t.shopId, t.sweepId, t.orderId] })],
);

/** For whom a sweep has opened something, each once: the customer, or the order of a guest. */
export const priceProtectionHolders = pgTable(
  'price_protection_holders',
  { shopId: shopId(), sweepId: id('sweep_id'), holderId: id('holder_id') },
  (t) => [primaryKey({ columns: [t.shopId, t.sweepId, t.holderId] })],
);

/** What a dry run would have used up of a policy's caps: the same rows that a sweep takes of `price_difference_policy_uses`. */
export const priceProtectionUses = pgTable(
  'price_protection_uses',
  {
    shopId: shopId(),
    sweepId: id('sweep_id'),
    policyId: id('policy_id'),
    holderId: id('holder_id'),
    year: integer('year').notNull(),
    usedAmount: amount('used_amount').notNull(),
  },
  (t) => [
    primaryKey({
      name: 'price_protection_uses_pk',
      columns: [t.shopId, t.sweepId, t.policyId, t.holderId, t.year],
    }),
    check('price_protection_uses_amount', sql`${t.usedAmount} > 0`),
  ],
);

/** A line that was busy in an open settlement when a sweep came by. It is swept again when that one ends. */
export const priceProtectionWaits = pgTable(
  'price_protection_waits',
  {
    shopId: shopId(),
    sweepId: id('sweep_id'),
    lineId: id('line_id'),
    orderId: id('order_id'),
    /** Null while the other settlement is open. Shop time. */
    dueAt: instant('due_at'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.sweepId, t.lineId] }),
    // What a settlement that ends looks for.
    index('price_protection_waits_order_idx').on(t.shopId, t.orderId),
    index('price_protection_waits_due_idx')
      .on(t.shopId, t.dueAt, t.sweepId)
      .where(sql`${t.dueAt} is not null`),
    ofSweep('price_protection_waits_sweep_fk', t as never),
    foreignKey({
      name: 'price_protection_waits_line_fk',
      columns: [t.shopId, t.lineId],
      foreignColumns: [orderLines.shopId, orderLines.id],
    }),
  ],
);

export type PriceProtectionWait = typeof priceProtectionWaits.$inferSelect;

import { sql } from 'drizzle-orm';
import { check, foreignKey, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { amount, id, instant, metadata, rateBps, shopId, version } from '../../../platform/db/columns.ts';
import { products } from '../../catalogue/tables.ts';
import type { USE_STATES } from '../tables.ts';
import type { EntryItemState } from './states.ts';

/** A product that may be sold below the shop's minimum margin, to win customers. What it may cost the shop stands in `entry_budgets`. */
export const entryItems = pgTable(
  'entry_items',
  {
    shopId: shopId(),
    id: id(),
    productId: id('product_id'),
    state: text('state').$type<EntryItemState>().notNull(),
    minimumMarginBps: rateBps('minimum_margin_bps').notNull(),
    /** Why, for the shop's own records. */
    reason: text('reason').notNull(),
    startsAt: instant('starts_at'),
    endsAt: instant('ends_at'),
    endedAt: instant('ended_at'),
    /** Why it was ended before its time. */
    endReason: text('end_reason'),
    /** When it ends by itself, while it is active. */
    dueAt: instant('due_at'),
    /** Who made it. */
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    metadata: metadata(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    uniqueIndex('entry_items_product_key').on(t.shopId, t.productId).where(sql`${t.state} = 'active'`),
    index('entry_items_created_at_idx').on(t.shopId, t.createdAt, t.id),
    index('entry_items_product_idx').on(t.shopId, t.productId, t.createdAt, t.id),
    index('entry_items_due_idx').on(t.shopId, t.dueAt).where(sql`${t.dueAt} is not null`),
    check('entry_items_state', sql`${t.state} in ('active', 'ended')`),
    check('entry_items_margin', sql`${t.minimumMarginBps} between -10000 and 0`),
    check('entry_items_times', sql`${t.endsAt} > ${t.startsAt}`),
    check('entry_items_ended', sql`(${t.state} = 'ended') = (${t.endedAt} is not null)`),
    check('entry_items_due', sql`${t.dueAt} is null or ${t.state} = 'active'`),
    foreignKey({
      name: 'entry_items_product_fk',
      columns: [t.shopId, t.productId],
      foreignColumns: [products.shopId, products.id],
    }),
  ],
);

export type EntryItemRow = typeof entryItems.$inferSelect;

/**
 * What an entry item may lose in all, and what orders have lost. A row of its own, because every order with it writes it: the mark has a
 * version that staff change it by. Budget and loss stand together, so that either is guarded by the other in one update.
 */
export const entryBudgets = pgTable(
  'entry_budgets',
  {
    shopId: shopId(),
    entryItemId: id('entry_item_id'),
    budgetAmount: amount('budget_amount').notNull(),
    spentAmount: amount('spent_amount').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.entryItemId] }),
    check('entry_budgets_range', sql`${t.spentAmount} between 0 and ${t.budgetAmount}`),
    foreignKey({
      name: 'entry_budgets_entry_item_fk',
      columns: [t.shopId, t.entryItemId],
      foreignColumns: [entryItems.shopId, entryItems.id],
    }),
  ],
);

/** What an order loses on an entry item: held while it is unpaid, used when it is paid, given back when it is cancelled. */
export const entryUses = pgTable(
  'entry_uses',
  {
    shopId: shopId(),
    orderId: id('order_id'),
    entryItemId: id('entry_item_id'),
    productId: id('product_id'),
    customerId: uuid('customer_id'),
    state: text('state').$type<(typeof USE_STATES)[number]>().notNull(),
    /** Against the floor that the product would have otherwise. */
    lossAmount: amount('loss_amount').notNull(),
    placedAt: instant('placed_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.orderId, t.entryItemId] }),
    // Who bought it, each customer's first order before their others.
    index('entry_uses_buyer_idx')
      .on(t.shopId, t.entryItemId, t.customerId, t.placedAt, t.orderId)
      .where(sql`${t.customerId} is not null and ${t.state} <> 'returned'`),
    index('entry_uses_entry_item_idx').on(t.shopId, t.entryItemId, t.state),
    index('entry_uses_customer_idx').on(t.shopId, t.customerId).where(sql`${t.customerId} is not null`),
    check('entry_uses_state', sql`${t.state} in ('held', 'used', 'returned')`),
    check('entry_uses_loss', sql`${t.lossAmount} > 0`),
    foreignKey({
      name: 'entry_uses_entry_item_fk',
      columns: [t.shopId, t.entryItemId],
      foreignColumns: [entryItems.shopId, entryItems.id],
    }),
  ],
);

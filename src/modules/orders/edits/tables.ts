import { sql } from 'drizzle-orm';
import {
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
import { amount, id, instant, rateBps, shopId, version } from '../../../platform/db/columns.ts';
import { type PriceBreak, products } from '../../catalogue/tables.ts';
import { logoColumns, logoRequests } from '../logo-requests/tables.ts';
import { type Address, orderLines, orders } from '../tables.ts';
import type { EditState } from './states.ts';

/** A change of an order's goods after it was paid. What it costs is fixed when it is opened. */
export const orderEdits = pgTable(
  'order_edits',
  {
    shopId: shopId(),
    id: id(),
    orderId: id('order_id'),
    state: text('state').$type<EditState>().notNull(),
    /** What goes back for units that are cancelled, and what is to be paid for those that come. */
    creditedAmount: amount('credited_amount').notNull(),
    addedAmount: amount('added_amount').notNull(),
    shippingAddress: jsonb('shipping_address').$type<Address>(),
    createdAt: instant('created_at').notNull(),
    appliedAt: instant('applied_at'),
    version: version(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    index('order_edits_order_idx').on(t.shopId, t.orderId, t.id),
    // One at a time: two would both count on the same units.
    uniqueIndex('order_edits_open_key').on(t.shopId, t.orderId).where(sql`${t.state} = 'open'`),
    check('order_edits_amounts', sql`${t.creditedAmount} >= 0 and ${t.addedAmount} >= 0`),
    check('order_edits_applied', sql`(${t.state} = 'applied') = (${t.appliedAt} is not null)`),
    foreignKey({
      name: 'order_edits_order_fk',
      columns: [t.shopId, t.orderId],
      foreignColumns: [orders.shopId, orders.id],
    }),
  ],
);

export type OrderEdit = typeof orderEdits.$inferSelect;

/** Units that an edit cancels. Insert-only. */
export const orderEditUnits = pgTable(
  'order_edit_units',
  {
    shopId: shopId(),
    editId: id('edit_id'),
    lineId: id('line_id'),
    quantity: integer('quantity').notNull(),
    /** What was paid for them, what of it was settled before, and what goes back. */
    paidAmount: amount('paid_amount').notNull(),
    settledAmount: amount('settled_amount').notNull(),
    amount: amount('amount').notNull(),
    taxAmount: amount('tax_amount').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.editId, t.lineId] }),
    check('order_edit_units_quantity', sql`${t.quantity} > 0`),
    foreignKey({
      name: 'order_edit_units_edit_fk',
      columns: [t.shopId, t.editId],
      foreignColumns: [orderEdits.shopId, orderEdits.id],
    }),
    foreignKey({
      name: 'order_edit_units_line_fk',
      columns: [t.shopId, t.lineId],
      foreignColumns: [orderLines.shopId, orderLines.id],
    }),
  ],
);

export type OrderEditUnit = typeof orderEditUnits.$inferSelect;

/** Goods that an edit adds, at the prices of the moment it was opened. Insert-only. */
export const orderEditItems = pgTable(
  'order_edit_items',
  {
    shopId: shopId(),
    editId: id('edit_id'),
    position: integer('position').notNull(),
    productId: id('product_id'),
    productName: text('product_name').notNull(),
    category: text('category'),
    quantity: integer('quantity').notNull(),
    listUnitAmount: amount('list_unit_amount').notNull(),
    discountAmount: amount('discount_amount').notNull().default(sql`0`),
    netAmount: amount('net_amount').notNull(),
    taxRateBps: rateBps('tax_rate_bps').notNull(),
    taxAmount: amount('tax_amount').notNull(),
    costUnitAmount: amount('cost_unit_amount'),
    /** The quantity prices of the product at that moment, and the one that the goods are priced by. */
    priceBreaks: jsonb('price_breaks').$type<readonly PriceBreak[]>().notNull().default(sql`'[]'::jsonb`),
    breakMinimumQuantity: integer('break_minimum_quantity'),
    breakUnitAmount: amount('break_unit_amount'),
    ...logoColumns(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.editId, t.position] }),
    check(
      'order_edit_items_amount',
      sql`${t.quantity} > 0 and ${t.discountAmount} >= 0 and ${t.logoUnitAmount} >= 0 and ${t.logoSetupAmount} >= 0
        and ${t.netAmount} = (${t.listUnitAmount} + ${t.logoUnitAmount}) * ${t.quantity} + ${t.logoSetupAmount} - ${t.discountAmount}`,
    ),
    foreignKey({
      name: 'order_edit_items_logo_request_fk',
      columns: [t.shopId, t.logoRequestId],
      foreignColumns: [logoRequests.shopId, logoRequests.id],
    }),
    foreignKey({
      name: 'order_edit_items_edit_fk',
      columns: [t.shopId, t.editId],
      foreignColumns: [orderEdits.shopId, orderEdits.id],
    }),
    foreignKey({
      name: 'order_edit_items_product_fk',
      columns: [t.shopId, t.productId],
      foreignColumns: [products.shopId, products.id],
    }),
  ],
);

export type OrderEditItem = typeof orderEditItems.$inferSelect;

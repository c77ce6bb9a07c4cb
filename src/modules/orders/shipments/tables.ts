import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { id, instant, shopId } from '../../../platform/db/columns.ts';
import { orderLines, orders } from '../tables.ts';

/** A parcel of an order, on its way or delivered. */
export const orderShipments = pgTable(
  'order_shipments',
  {
    shopId: shopId(),
    id: id(),
    orderId: id('order_id'),
    carrier: text('carrier'),
    trackingNumber: text('tracking_number'),
    shippedAt: instant('shipped_at').notNull(),
    deliveredAt: instant('delivered_at'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    index('order_shipments_order_idx').on(t.shopId, t.orderId, t.id),
    foreignKey({ columns: [t.shopId, t.orderId], foreignColumns: [orders.shopId, orders.id] }),
  ],
);

export type OrderShipment = typeof orderShipments.$inferSelect;

export const orderShipmentLines = pgTable(
  'order_shipment_lines',
  {
    shopId: shopId(),
    shipmentId: id('shipment_id'),
    lineId: id('line_id'),
    quantity: integer('quantity').notNull(),
    /** Units in parcels that were lost or came back while the others arrived. */
    missingQuantity: integer('missing_quantity').notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.shipmentId, t.lineId] }),
    check(
      'order_shipment_lines_quantity',
      sql`${t.quantity} > 0 and ${t.missingQuantity} between 0 and ${t.quantity}`,
    ),
    // Named by hand: what Drizzle makes is longer than Postgres keeps.
    foreignKey({
      name: 'order_shipment_lines_shipment_fk',
      columns: [t.shopId, t.shipmentId],
      foreignColumns: [orderShipments.shopId, orderShipments.id],
    }),
    foreignKey({
      name: 'order_shipment_lines_line_fk',
      columns: [t.shopId, t.lineId],
      foreignColumns: [orderLines.shopId, orderLines.id],
    }),
  ],
);

export type OrderShipmentLine = typeof orderShipmentLines.$inferSelect;

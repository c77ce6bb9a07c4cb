import { and, eq } from 'drizzle-orm';
import type { Tx } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { recordsJson } from '../../platform/db/records.ts';
import { type OrderShipment, orderShipmentLines, orderShipments } from './tables.ts';

// The parcel, what is in it, and what each line has shipped: one statement.
const insertShipment = preparedSql(
  'insert_shipment',
  `with parcel as (
     insert into order_shipments select * from jsonb_populate_recordset(null::order_shipments, $1::jsonb)
   ), content as (
     insert into order_shipment_lines select * from jsonb_populate_recordset(null::order_shipment_lines, $2::jsonb)
     returning shop_id, line_id, quantity
   )
   update order_lines l set shipped_quantity = l.shipped_quantity + content.quantity
   from content where l.shop_id = content.shop_id and l.id = content.line_id`,
);

/** Writes a parcel of a locked order. The table refuses more than was ordered. */
export async function writeShipment(
  tx: Tx,
  shipment: OrderShipment,
  lines: readonly { lineId: string; quantity: number }[],
): Promise<void> {
  const rows = lines.map((line) => ({ shopId: shipment.shopId, shipmentId: shipment.id, ...line }));
  await insertShipment(tx, [recordsJson(orderShipments, [shipment]), recordsJson(orderShipmentLines, rows)]);
}

const deliverLines = preparedSql(
  'deliver_shipment_lines',
  `update order_lines l set delivered_quantity = l.delivered_quantity + s.quantity
   from order_shipment_lines s
   where s.shop_id = $1 and s.shipment_id = $2 and l.shop_id = s.shop_id and l.id = s.line_id`,
);

/** Marks a parcel of a locked order as arrived. */
export async function writeDelivery(tx: Tx, shipment: OrderShipment, at: Date): Promise<void> {
  await deliverLines(tx, [shipment.shopId, shipment.id]);
  await tx
    .update(orderShipments)
    .set({ deliveredAt: at })
    .where(and(eq(orderShipments.shopId, shipment.shopId), eq(orderShipments.id, shipment.id)));
}

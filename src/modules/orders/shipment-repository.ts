import { and, eq } from 'drizzle-orm';
import type { Tx } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { recordsJson } from '../../platform/db/records.ts';
import { type OrderShipment, orderShipmentLines, orderShipments } from './shipments/tables.ts';

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
export async function writeShipment(tx: Tx, shipment: OrderShipment, lines: readonly Units[]): Promise<void> {
  const rows = lines.map((line) => ({
    shopId: shipment.shopId,
    shipmentId: shipment.id,
    ...line,
    missingQuantity: 0,
  }));
  await insertShipment(tx, [recordsJson(orderShipments, [shipment]), recordsJson(orderShipmentLines, rows)]);
}

// What arrived of each line, beside what had arrived of it before: the difference goes to the line of the order.
const arriveLines = preparedSql(
  'arrive_shipment_lines',
  `with told as (
     select s.shop_id, s.line_id, coalesce(m.quantity, 0) as missing,
       case when $3::boolean then s.quantity - coalesce(m.quantity, 0) else 0 end
         - case when $4::boolean then s.quantity - s.missing_quantity else 0 end as more
     from order_shipment_lines s left join jsonb_to_recordset($5::jsonb) as m ("lineId" uuid, quantity int) on m."lineId" = s.line_id
     where s.shop_id = $1 and s.shipment_id = $2
   ), missing as (
     update order_shipment_lines s set missing_quantity = told.missing from told
     where s.shop_id = told.shop_id and s.shipment_id = $2 and s.line_id = told.line_id and s.missing_quantity <> told.missing
   )
   update order_lines l set delivered_quantity = l.delivered_quantity + told.more
   from told where l.shop_id = told.shop_id and l.id = told.line_id and told.more <> 0`,
);

/** Units of a line. */
export interface Units {
  readonly lineId: string;
  readonly quantity: number;
}

/**
 * Writes when a shipment of a locked order arrived, and what of it did not. Null: it has not arrived after all. What was written
 * before is made good.
 */
export async function writeArrival(
  tx: Tx,
  shipment: OrderShipment,
  at: Date | null,
  missing: readonly Units[] = [],
): Promise<void> {
  const { shopId, id, deliveredAt } = shipment;
  await arriveLines(tx, [shopId, id, at !== null, deliveredAt !== null, JSON.stringify(missing)]);
  await tx
    .update(orderShipments)
    .set({ deliveredAt: at })
    .where(and(eq(orderShipments.shopId, shopId), eq(orderShipments.id, id)));
}

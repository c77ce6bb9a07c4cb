import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { orderEvents } from './events.ts';
import { orderSummary } from './summary.ts';
import type { Order, OrderShipment } from './tables.ts';
import { addTimeline } from './timeline.ts';

/** A shipment left or arrived: on the order's timeline, and as an event. */
export async function tellParcel(
  tx: Tx,
  ctx: Ctx,
  kind: 'shipped' | 'delivered',
  order: Order,
  shipment: OrderShipment,
): Promise<void> {
  const { id: shipmentId, carrier, trackingNumber } = shipment;
  await addTimeline(tx, ctx, order.id, { kind, details: { shipmentId, carrier, trackingNumber } });
  const data = { ...orderSummary(order), shipmentId, carrier, trackingNumber };
  await appendEvents(tx, ctx, [eventRow(ctx, orderEvents[kind], order.id, data)]);
}

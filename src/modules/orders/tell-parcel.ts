import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { orderEvents } from './events.ts';
import type { Units } from './shipment-repository.ts';
import { orderSummary } from './summary.ts';
import type { OrderShipment } from './shipments/tables.ts';
import type { Order } from './tables.ts';
import { addTimeline } from './timeline.ts';

const KINDS = { shipped: orderEvents.shipped, delivery_undone: orderEvents.deliveryUndone };

/** A shipment left, arrived, or has not arrived after all: on the order's timeline, and as an event. */
export async function tellParcel(
  tx: Tx,
  ctx: Ctx,
  kind: 'delivered' | keyof typeof KINDS,
  order: Order,
  shipment: OrderShipment,
  missingUnits: readonly Units[] = [],
): Promise<void> {
  const { id: shipmentId, carrier, trackingNumber } = shipment;
  const details = { shipmentId, carrier, trackingNumber };
  await addTimeline(tx, ctx, order.id, {
    kind,
    details: { ...details, ...(missingUnits.length > 0 ? { missingUnits } : {}) },
  });
  const data = { ...orderSummary(order), ...details };
  const event =
    kind === 'delivered'
      ? eventRow(ctx, orderEvents.delivered, order.id, { ...data, missingUnits: [...missingUnits] })
      : eventRow(ctx, KINDS[kind], order.id, data);
  await appendEvents(tx, ctx, [event]);
}

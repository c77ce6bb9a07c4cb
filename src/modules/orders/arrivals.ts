import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import type { FeedEvent } from '../../platform/events/dispatcher.ts';
import { after, DAY_MS } from '../../platform/time.ts';
import { parcelEventKinds } from '../shipping/parcels/events.ts';
import { findArrival } from '../shipping/parcels/read.ts';
import { loadWhole, lockOrder, type OrderWhole, updateOrder } from './repository.ts';
import { ordersSettings } from './settings.ts';
import { writeDelivery } from './shipment-repository.ts';
import type { Order, OrderShipment } from './tables.ts';
import { tellParcel } from './tell-parcel.ts';
import { addTimeline, type TimelineKind } from './timeline.ts';

/** A shipment of a locked order arrived; when it is the last one, the order is delivered. It has not arrived before. */
export async function arrive(
  tx: Tx,
  ctx: Ctx,
  { order, shipments }: OrderWhole,
  shipment: OrderShipment,
  at: Date,
): Promise<Order> {
  await writeDelivery(tx, shipment, at);
  const others = shipments.filter(({ id }) => id !== shipment.id);
  const isLast = others.every(({ deliveredAt }) => deliveredAt !== null);
  const isDelivered = isLast && order.fulfilmentState === 'fulfilled';
  const days = ordersSettings.of(ctx.shop).autoCompleteDays;
  const deliveredAt = lastOf([at, ...others.map((other) => other.deliveredAt ?? at)]);
  const completeDueAt = order.paymentState === 'paid' ? after(deliveredAt, days * DAY_MS) : null;
  const changes = isDelivered ? { status: 'delivered' as const, deliveredAt, completeDueAt } : {};
  const updated = await updateOrder(tx, order, changes, ctx.now);
  await tellParcel(tx, ctx, 'delivered', updated, shipment);
  return updated;
}

const lastOf = (times: readonly Date[]): Date => new Date(Math.max(...times.map((time) => time.getTime())));

const ON_TIMELINE: Readonly<Record<string, TimelineKind>> = {
  [parcelEventKinds.lost.type]: 'parcel_lost',
  [parcelEventKinds.damaged.type]: 'parcel_damaged',
  [parcelEventKinds.returned.type]: 'parcel_returned',
};

interface ParcelNews {
  readonly orderId: string;
  readonly shipmentId: string;
  readonly trackingNumber: string | null;
}

/**
 * Follows what carriers and staff say of parcels: when the last parcel of a shipment has arrived, the shipment has, at the time at
 * which that happened. Whoever said it first, it is done once.
 */
export async function followParcel(tx: Tx, ctx: Ctx, event: FeedEvent): Promise<void> {
  const { orderId, shipmentId, trackingNumber } = event.data as unknown as ParcelNews;
  const order = await lockOrder(tx, ctx.shop.id, orderId);
  const kind = ON_TIMELINE[event.type];
  if (kind)
    return addTimeline(tx, ctx, orderId, {
      kind,
      details: { parcelId: event.subject_id, shipmentId, trackingNumber },
    });
  const whole = await loadWhole(tx, order);
  const shipment = whole.shipments.find(({ id }) => id === shipmentId);
  if (!shipment || shipment.deliveredAt) return;
  const at = await findArrival(tx, ctx.shop.id, shipmentId);
  // A carrier's clock may be behind: nothing arrives before it left.
  if (at) await arrive(tx, ctx, whole, shipment, lastOf([at, shipment.shippedAt]));
}

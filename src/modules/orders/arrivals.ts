import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import type { FeedEvent } from '../../platform/events/dispatcher.ts';
import { after, DAY_MS } from '../../platform/time.ts';
import { parcelEventKinds } from '../shipping/parcels/events.ts';
import { readShipmentEnd } from '../shipping/parcels/read.ts';
import { planOrderPoints } from './points.ts';
import { loadWhole, lockOrder, type OrderWhole, updateOrder } from './repository.ts';
import { ordersSettings } from './settings.ts';
import { type Units, writeArrival } from './shipment-repository.ts';
import type { OrderShipment } from './shipments/tables.ts';
import type { Order } from './tables.ts';
import { tellParcel } from './tell-parcel.ts';
import { addTimeline, type TimelineKind } from './timeline.ts';

/**
 * A shipment of a locked order arrived, with what is missing of it; when it is the last one, the order is delivered. It has not
 * arrived before.
 */
export async function arrive(
  tx: Tx,
  ctx: Ctx,
  { order, shipments }: OrderWhole,
  shipment: OrderShipment,
  at: Date,
  missing: readonly Units[] = [],
): Promise<Order> {
  await writeArrival(tx, shipment, at, missing);
  const others = shipments.filter(({ id }) => id !== shipment.id);
  const isLast = others.every(({ deliveredAt }) => deliveredAt !== null);
  const isDelivered = isLast && order.fulfilmentState === 'fulfilled';
  const deliveredAt = lastOf([at, ...others.map((other) => other.deliveredAt ?? at)]);
  const completeDueAt = completionOf(ctx, order, deliveredAt, missing);
  const changes = isDelivered ? { status: 'delivered' as const, deliveredAt, completeDueAt } : {};
  const updated = await updateOrder(tx, order, changes, ctx.now);
  if (isDelivered) await planOrderPoints(tx, ctx, updated);
  await tellParcel(tx, ctx, 'delivered', updated, shipment, missing);
  return updated;
}

/** When a delivered order is over by itself. Who misses something has all the time from when that is known. */
function completionOf(ctx: Ctx, order: Order, deliveredAt: Date, missing: readonly Units[]): Date | null {
  if (order.paymentState !== 'paid') return null;
  const from = missing.length > 0 ? lastOf([deliveredAt, ctx.now]) : deliveredAt;
  return after(from, ordersSettings.of(ctx.shop).autoCompleteDays * DAY_MS);
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
 * Follows what carriers and staff say of parcels: when the last parcel of a shipment that arrives has arrived, the shipment has, at the
 * time at which that happened, and what is lost or came back is missing of it. Whoever said it first, it is done once. A delivery that is
 * void, or that a return before it takes back, is undone where the order is not over.
 */
export async function followParcel(tx: Tx, ctx: Ctx, event: FeedEvent): Promise<void> {
  const { orderId, shipmentId, trackingNumber } = event.data as unknown as ParcelNews;
  const order = await lockOrder(tx, ctx.shop.id, orderId);
  const kind = ON_TIMELINE[event.type];
  const details = { parcelId: event.subject_id, shipmentId, trackingNumber };
  if (kind) await addTimeline(tx, ctx, orderId, { kind, details });
  const whole = await loadWhole(tx, order);
  const shipment = whole.shipments.find(({ id }) => id === shipmentId);
  if (!shipment) return;
  const { arrivedAt, goneIds, missing } = await readShipmentEnd(tx, ctx.shop.id, shipmentId);
  // A carrier's clock may be behind: nothing arrives before it left.
  const at = arrivedAt && lastOf([arrivedAt, shipment.shippedAt]);
  if (!shipment.deliveredAt) {
    // A parcel that was lost or damaged before it arrived says so itself: the timeline tells one after the other.
    const isSaidLater = kind !== undefined && !goneIds.includes(event.subject_id);
    if (at && !isSaidLater) await arrive(tx, ctx, whole, shipment, at, missing);
    return;
  }
  const isVoid = event.type === parcelEventKinds.eventVoided.type;
  if (at)
    return correctArrival(
      tx,
      ctx,
      whole,
      shipment,
      isVoid ? at : lastOf([at, shipment.deliveredAt]),
      missing,
    );
  // That a parcel was found takes nothing back: what it brings is counted when it arrives.
  if (isVoid || event.type === parcelEventKinds.returned.type) await undoArrival(tx, ctx, whole, shipment);
}

/** A shipment that has arrived did so at another time, or with more or less in it: a lost parcel came after all, or another one is lost. */
async function correctArrival(
  tx: Tx,
  ctx: Ctx,
  { order, shipments, shipmentLines }: OrderWhole,
  shipment: OrderShipment,
  at: Date,
  missing: readonly Units[],
): Promise<void> {
  const known = shipmentLines.filter(({ shipmentId }) => shipmentId === shipment.id);
  const isSame =
    at.getTime() === shipment.deliveredAt?.getTime() &&
    known.every(
      ({ lineId, missingQuantity }) =>
        missingQuantity === (missing.find((units) => units.lineId === lineId)?.quantity ?? 0),
    );
  if (isSame) return;
  await writeArrival(tx, shipment, at, missing);
  const times = shipments.map(({ id, deliveredAt }) => (id === shipment.id ? at : deliveredAt));
  const deliveredAt = lastOf(times.map((time) => time ?? at));
  const isOpen = order.status === 'delivered';
  const changes = isOpen
    ? { deliveredAt, completeDueAt: completionOf(ctx, order, deliveredAt, missing) }
    : {};
  const updated = await updateOrder(tx, order, changes, ctx.now);
  if (isOpen) await planOrderPoints(tx, ctx, updated);
  const { id: shipmentId, carrier, trackingNumber } = shipment;
  await addTimeline(tx, ctx, order.id, {
    kind: 'delivery_corrected',
    details: { shipmentId, carrier, trackingNumber, deliveredAt: at.toISOString(), missingUnits: missing },
  });
}

/** A shipment has not arrived after all. An order that is over stays so, and says that it is doubted. */
async function undoArrival(tx: Tx, ctx: Ctx, { order }: OrderWhole, shipment: OrderShipment): Promise<void> {
  const { id: shipmentId, carrier, trackingNumber } = shipment;
  if (order.status === 'completed')
    return addTimeline(tx, ctx, order.id, {
      kind: 'delivery_disputed',
      details: { shipmentId, carrier, trackingNumber },
    });
  await writeArrival(tx, shipment, null);
  const wasDelivered = order.status === 'delivered';
  const changes = wasDelivered ? { status: 'shipped' as const, deliveredAt: null, completeDueAt: null } : {};
  const updated = await updateOrder(tx, order, changes, ctx.now);
  if (wasDelivered) await planOrderPoints(tx, ctx, updated);
  await tellParcel(tx, ctx, 'delivery_undone', updated, shipment);
}

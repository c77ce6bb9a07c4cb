import type { Ctx } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { rateDelivery } from '../shipping/parcels/ratings.ts';
import { type TrackedParcel, trackParcelsOf } from '../shipping/parcels/read.ts';
import type { DeliveryRating } from '../shipping/parcels/tables.ts';
import { getOrder, getWhole } from './repository.ts';

/** The parcels of an order as its buyer follows them; a customer only sees those of their own. */
export async function readOrderParcels(
  ctx: Ctx,
  orderId: string,
): Promise<(TrackedParcel & { readonly carrier: string | null })[]> {
  const { shipments } = await getWhole(ctx.db, ctx.shop.id, orderId, ctx.customerId);
  const names = new Map(shipments.map(({ id, carrier }) => [id, carrier]));
  const tracked = await trackParcelsOf(ctx.db, ctx.shop.id, [orderId]);
  return tracked.map((one) => ({ ...one, carrier: names.get(one.parcel.shipmentId) ?? null }));
}

/**
 * Keeps what the buyer says of the delivery of a parcel, by themselves or through staff. Refusals: not_found, parcel_not_delivered,
 * delivery_already_rated.
 */
export async function rateParcelDelivery(
  ctx: Ctx,
  input: { readonly orderId: string; readonly parcelId: string; readonly rating: number },
): Promise<DeliveryRating> {
  return inTransaction(ctx, async (tx) => {
    await getOrder(tx, ctx.shop.id, input.orderId, ctx.customerId);
    return rateDelivery(tx, ctx, input);
  });
}

import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { platformErrors } from '../../../platform/errors.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { parcelErrors } from './errors.ts';
import { parcelEventKinds } from './events.ts';
import { insertRating, listRatings, lockParcel } from './repository.ts';
import { parcelData } from './stories.ts';
import type { DeliveryRating } from './tables.ts';

/**
 * Keeps what the buyer of an order says of the delivery of a parcel, from 1 to 5, once. The same again changes nothing. The caller has
 * made sure that the order is theirs. Refusals: not_found, parcel_not_delivered, delivery_already_rated.
 */
export async function rateDelivery(
  tx: Tx,
  ctx: Ctx,
  {
    orderId,
    parcelId,
    rating,
  }: { readonly orderId: string; readonly parcelId: string; readonly rating: number },
): Promise<DeliveryRating> {
  // Of two who rate at once the second one reads what the first one said.
  const parcel = await lockParcel(tx, ctx.shop.id, parcelId);
  if (parcel.orderId !== orderId) throw platformErrors.not_found();
  if (parcel.deliveredAt === null) throw parcelErrors.parcel_not_delivered(`The parcel is ${parcel.state}.`);
  const row: DeliveryRating = {
    shopId: ctx.shop.id,
    parcelId,
    rating,
    ratedBy: ctx.customerId === undefined ? 'staff' : 'customer',
    ratedAt: ctx.now,
  };
  if (await insertRating(tx, row)) {
    const data = { ...parcelData(parcel), rating };
    await appendEvents(tx, ctx, [eventRow(ctx, parcelEventKinds.rated, parcelId, data)]);
    return row;
  }
  const [earlier] = await listRatings(tx, ctx.shop.id, [parcelId]);
  if (earlier?.rating === rating) return earlier;
  throw parcelErrors.delivery_already_rated(undefined, { extra: { parcelId } });
}

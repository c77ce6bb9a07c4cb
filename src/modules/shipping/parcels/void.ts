import type { Ctx } from '../../../platform/context.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { platformErrors } from '../../../platform/errors.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { parcelErrors } from './errors.ts';
import { parcelEventKinds } from './events.ts';
import { type ParcelView, viewOf } from './read.ts';
import { listParcelEventRows, listRatings, lockParcel, writeVoid } from './repository.ts';
import { parcelData, retellParcels } from './stories.ts';

interface VoidInput {
  readonly parcelId: string;
  readonly eventId: string;
  readonly reason: string;
}

/**
 * Something that was told of a parcel does not count, such as a wrong scan. It stays to be read, and the parcel stands where the rest
 * puts it. Once: said again, nothing changes. Refusals: not_found, parcel_event_not_voidable.
 */
export async function voidParcelEvent(
  ctx: Ctx,
  { parcelId, eventId, reason }: VoidInput,
): Promise<ParcelView> {
  return inTransaction(ctx, async (tx) => {
    // Whoever tells or rates at this moment waits, or is waited for.
    const parcel = await lockParcel(tx, ctx.shop.id, parcelId);
    checkVersion(ctx, parcel);
    const events = await listParcelEventRows(tx, ctx.shop.id, [parcelId]);
    const event = events.find(({ id }) => id === eventId);
    if (!event) throw platformErrors.not_found();
    if (event.voidedAt) return viewOf(tx, parcel);
    const isLastDelivery =
      event.kind === 'delivered' &&
      !events.some(({ id, kind, voidedAt }) => id !== eventId && kind === 'delivered' && voidedAt === null);
    if (isLastDelivery && (await listRatings(tx, ctx.shop.id, [parcelId])).length > 0)
      throw parcelErrors.parcel_event_not_voidable('The buyer has rated the delivery.');
    const told = parcel.isNameless ? '' : reason;
    await writeVoid(tx, event, { voidedAt: ctx.now, voidReason: told, voidedBy: ctx.actor.id });
    const [now = parcel] = await retellParcels(tx, ctx, [parcel]);
    const data = { ...parcelData(now), eventId, kind: event.kind, reason: told };
    await appendEvents(tx, ctx, [eventRow(ctx, parcelEventKinds.eventVoided, parcelId, data)]);
    return viewOf(tx, now);
  });
}

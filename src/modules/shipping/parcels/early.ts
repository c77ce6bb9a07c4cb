import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { newId } from '../../../platform/ids.ts';
import { after, DAY_MS } from '../../../platform/time.ts';
import { carrierSettings } from '../carriers/settings.ts';
import { dropDueEvents, takeEarlyEvents } from './early-repository.ts';
import { groupBy } from './grouping-rules.ts';
import { eventOf, tellParcels } from './stories.ts';
import type { EarlyParcelEvent, Parcel } from './tables.ts';
import type { TrackingInput } from './track.ts';
import { firstMomentOf } from './track-rules.ts';

/** What a carrier tells of a number that no parcel has yet, as it waits for one. */
export const earlyRow = (ctx: Ctx, carrierId: string, event: TrackingInput): EarlyParcelEvent => ({
  shopId: ctx.shop.id,
  id: newId(),
  carrierId,
  trackingNumber: event.trackingNumber,
  carrierEventId: event.carrierEventId,
  kind: event.kind,
  occurredAt: new Date(event.occurredAt),
  recordedAt: ctx.now,
  place: event.place ?? null,
  signedBy: event.signedBy ?? null,
  photoUrl: event.photoUrl ?? null,
  dueAt: after(ctx.now, carrierSettings.of(ctx.shop).earlyEventDays * DAY_MS),
});

/**
 * Tells locked or new parcels of a carrier what waited for their numbers, whose turns the caller holds. It is taken out as it is told,
 * so that it happens once. Returns the parcels as they are now.
 */
export async function tellEarlyEvents(
  tx: Tx,
  ctx: Ctx,
  carrierId: string,
  parcels: readonly Parcel[],
): Promise<readonly Parcel[]> {
  const numbers = parcels.flatMap(({ trackingNumber }) => trackingNumber ?? []);
  if (numbers.length === 0) return parcels;
  const waited = groupBy(
    await takeEarlyEvents(tx, ctx.shop.id, carrierId, numbers),
    ({ trackingNumber }) => trackingNumber,
  );
  const touched = parcels.filter(({ trackingNumber }) => waited.has(trackingNumber ?? ''));
  const told = touched.flatMap((parcel) =>
    (waited.get(parcel.trackingNumber ?? '') ?? [])
      // Carriers give their numbers again: what is old is of an earlier parcel.
      .filter(({ occurredAt }) => occurredAt >= firstMomentOf(parcel.shippedAt))
      .map((event) => ({
        ...eventOf(ctx, parcel, { ...event, source: 'carrier' }),
        recordedAt: event.recordedAt,
      })),
  );
  const { parcels: now } = await tellParcels(tx, ctx, touched, told);
  const current = new Map(now.map((parcel) => [parcel.id, parcel]));
  return parcels.map((parcel) => current.get(parcel.id) ?? parcel);
}

const BATCH = 1_000;

/** Forgets what has waited too long for a parcel. Returns how much. */
export const forgetEarlyEvents = (ctx: Ctx): Promise<number> =>
  inTransaction(ctx, (tx) => dropDueEvents(tx, ctx.shop.id, ctx.now, BATCH));

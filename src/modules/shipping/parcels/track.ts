import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { getCarrierRow } from '../carriers/repository.ts';
import { earlyRow } from './early.ts';
import { holdNumbers, insertEarlyEvents, listEarlyEvents } from './early-repository.ts';
import { findTakenNumbers, listKnownEvents, lockByTrackingNumbers } from './repository.ts';
import type { ParcelEventKind } from './states.ts';
import { eventOf, tellParcels } from './stories.ts';
import type { Parcel, ParcelEvent } from './tables.ts';
import { decideTracking, type TrackingOutcome } from './track-rules.ts';

/** One thing that a carrier tells. */
export interface TrackingInput {
  readonly carrierEventId: string;
  readonly trackingNumber: string;
  readonly kind: ParcelEventKind;
  readonly occurredAt: string;
  readonly place?: string | null;
  readonly signedBy?: string | null;
  readonly photoUrl?: string | null;
}

/** What became of each thing told, in the order in which it was sent. */
export interface TrackingResult {
  readonly outcome: TrackingOutcome;
  /** The parcel as it is now; undefined where the number is not known. */
  readonly parcel: Parcel | undefined;
}

/**
 * Takes in what a carrier tells of its parcels, in whatever order it comes: each event counts at the time at which it happened, and
 * once. Nothing is refused as a whole: what cannot be taken is named with its reason, and can be sent again. Refusal: not_found.
 */
export async function recordTrackingEvents(
  ctx: Ctx,
  carrierId: string,
  events: readonly TrackingInput[],
): Promise<readonly TrackingResult[]> {
  return inTransaction(ctx, async (tx) => {
    await getCarrierRow(tx, ctx.shop.id, carrierId);
    const numbers = [...new Set(events.map(({ trackingNumber }) => trackingNumber))];
    // Between the look for parcels and the keeping of what waits for them nobody registers one.
    const taken = await findTakenNumbers(tx, ctx.shop.id, carrierId, numbers);
    await holdNumbers(
      tx,
      ctx.shop.id,
      carrierId,
      numbers.filter((number) => !taken.has(number)),
    );
    const parcels = await lockByTrackingNumbers(tx, ctx.shop.id, carrierId, numbers);
    const byNumber = new Map(parcels.map((parcel) => [parcel.trackingNumber, parcel]));
    // Read under the locks: whoever sent the same at the same moment is through by now.
    const ids = events.map(({ carrierEventId }) => carrierEventId);
    const known = await listKnownEvents(tx, ctx.shop.id, carrierId, ids);
    const waiting = await listEarlyEvents(tx, ctx.shop.id, carrierId, ids);
    const items = events.map((event) => ({ event, parcel: byNumber.get(event.trackingNumber) }));
    const outcomes = decideTracking(
      items.map(({ event, parcel }) => ({
        ...event,
        occurredAt: new Date(event.occurredAt),
        parcelId: parcel?.id,
        shippedAt: parcel?.shippedAt,
      })),
      [...waiting.map((event) => ({ ...event, parcelId: undefined })), ...known],
      ctx.now,
    );
    const isKnown = new Set([...known, ...waiting].map(({ carrierEventId }) => carrierEventId));
    const kept = await keepEarly(tx, ctx, carrierId, items, outcomes, isKnown);
    const told = items.map(({ event, parcel }, at) =>
      parcel && outcomes[at] === 'recorded' ? rowOf(ctx, parcel, event) : undefined,
    );
    const rows = told.filter((row) => row !== undefined);
    const touched = new Set(rows.map(({ parcelId }) => parcelId));
    const { parcels: now, written } = await tellParcels(
      tx,
      ctx,
      parcels.filter(({ id }) => touched.has(id)),
      rows,
    );
    const current = new Map([...parcels, ...now].map((parcel) => [parcel.id, parcel]));
    return items.map(({ parcel }, at) => {
      const row = told[at];
      // The same id came at this moment for another parcel, whose row was not locked here.
      const isLate = (row !== undefined && !written.has(row.id)) || kept[at] === false;
      return {
        outcome: isLate ? 'event_id_reused' : (outcomes[at] ?? 'unknown_tracking_number'),
        parcel: parcel && current.get(parcel.id),
      };
    });
  });
}

/**
 * Keeps what no parcel has the number of, until one has. Tells of each whether it waits now; undefined for what has not to. False: the
 * same id came at this moment for another number.
 */
async function keepEarly(
  tx: Tx,
  ctx: Ctx,
  carrierId: string,
  items: readonly { readonly event: TrackingInput }[],
  outcomes: readonly TrackingOutcome[],
  isKnown: ReadonlySet<string | null>,
): Promise<readonly (boolean | undefined)[]> {
  const seen = new Set(isKnown);
  const rows = items.map(({ event }, at) => {
    if (outcomes[at] !== 'unknown_tracking_number' || seen.has(event.carrierEventId)) return undefined;
    seen.add(event.carrierEventId);
    return earlyRow(ctx, carrierId, event);
  });
  const written = await insertEarlyEvents(
    tx,
    rows.filter((row) => row !== undefined),
  );
  return rows.map((row) => row && written.has(row.id));
}

const rowOf = (ctx: Ctx, parcel: Parcel, event: TrackingInput): ParcelEvent =>
  eventOf(ctx, parcel, { ...event, source: 'carrier', occurredAt: new Date(event.occurredAt) });

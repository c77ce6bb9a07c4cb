import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { parcelErrors } from './errors.ts';
import { tellEarlyEvents } from './early.ts';
import { holdNumbers } from './early-repository.ts';
import {
  getParcelRow,
  listParcelEventRows,
  lockParcel,
  lockParcelsOfShipment,
  updateParcels,
} from './repository.ts';
import type { ParcelEventKind, ParcelEventSource } from './states.ts';
import { eventOf, tellParcels } from './stories.ts';
import type { Parcel } from './tables.ts';
import { firstMomentOf } from './track-rules.ts';
import { isSameStory, stateOf, tellStory } from './tracking-rules.ts';
import { type ParcelView, viewOf } from './read.ts';

/** What staff says of a parcel. */
export interface ParcelReport {
  readonly kind: ParcelEventKind;
  /** Now, when absent. */
  readonly occurredAt?: string;
  readonly place?: string | null;
  readonly note?: string | null;
  readonly signedBy?: string | null;
  readonly photoUrl?: string | null;
}

/**
 * Writes down what staff knows of a parcel, such as that it is lost. Saying again what is known changes nothing.
 * Refusals: parcel_event_in_future, parcel_event_too_early, parcel_not_reportable.
 */
export async function reportParcel(ctx: Ctx, parcelId: string, report: ParcelReport): Promise<ParcelView> {
  return inTransaction(ctx, async (tx) => {
    const parcel = await lockParcel(tx, ctx.shop.id, parcelId);
    checkVersion(ctx, parcel);
    const occurredAt = report.occurredAt === undefined ? ctx.now : new Date(report.occurredAt);
    if (occurredAt > ctx.now)
      throw parcelErrors.parcel_event_in_future(undefined, { pointer: '/occurredAt' });
    if (occurredAt < firstMomentOf(parcel.shippedAt))
      throw parcelErrors.parcel_event_too_early(undefined, { pointer: '/occurredAt' });
    const told = eventOf(ctx, parcel, { ...report, source: 'staff', occurredAt });
    const all = await listParcelEventRows(tx, ctx.shop.id, [parcel.id]);
    const events = all.filter(({ voidedAt }) => voidedAt === null);
    if (isSameStory(tellStory(events), tellStory([...events, told]))) {
      // Another scan on the way says nothing new of the state, and is kept.
      const isScan = stateOf(report.kind) === 'in_transit' && parcel.state === 'in_transit';
      if (!isScan && stateOf(report.kind) === parcel.state) return viewOf(tx, parcel);
      if (!isScan) throw parcelErrors.parcel_not_reportable(`The parcel is ${parcel.state}.`);
    }
    const { parcels } = await tellParcels(tx, ctx, [parcel], [told]);
    return viewOf(tx, parcels[0] ?? parcel);
  });
}

/**
 * The parcels of a shipment arrived, as staff or its customer say of the shipment. The caller has locked the order. Those that
 * have arrived already, and those that came back, stay as they are.
 */
export async function deliverParcels(
  tx: Tx,
  ctx: Ctx,
  shipmentId: string,
  source: Extract<ParcelEventSource, 'staff' | 'customer'>,
): Promise<void> {
  const parcels = await lockParcelsOfShipment(tx, ctx.shop.id, shipmentId);
  const open = parcels.filter(({ deliveredAt, state }) => deliveredAt === null && state !== 'returned');
  const told = open.map((parcel) => eventOf(ctx, parcel, { kind: 'delivered', source, occurredAt: ctx.now }));
  await tellParcels(tx, ctx, open, told);
}

/** What may be learned of a parcel after it left. */
export interface ParcelChanges {
  readonly trackingNumber?: string;
  readonly weightGrams?: number;
  readonly costAmount?: number;
}

/** Writes down a number, a weight or a cost that was learned later. Refusal: tracking_number_taken. */
export async function updateParcel(ctx: Ctx, parcelId: string, changes: ParcelChanges): Promise<ParcelView> {
  return inTransaction(ctx, async (tx) => {
    if (changes.trackingNumber !== undefined) {
      const { carrierId } = await getParcelRow(tx, ctx.shop.id, parcelId);
      await holdNumbers(tx, ctx.shop.id, carrierId, [changes.trackingNumber]);
    }
    const parcel = await lockParcel(tx, ctx.shop.id, parcelId);
    checkVersion(ctx, parcel);
    if (Object.keys(changes).length === 0) return viewOf(tx, parcel);
    const { costAmount, ...fields } = changes;
    const cost =
      costAmount === undefined
        ? {}
        : { costAmount: BigInt(costAmount), costSource: 'stated' as const, priceListId: null };
    const next: Parcel = { ...parcel, ...fields, ...cost, version: parcel.version + 1, updatedAt: ctx.now };
    await updateParcels(tx, [next]);
    const told = changes.trackingNumber === undefined ? [] : [next];
    const [now = next] = await tellEarlyEvents(tx, ctx, next.carrierId, told);
    return viewOf(tx, now);
  });
}

import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { eventRow, type NewEvent } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { newId } from '../../../platform/ids.ts';
import { parcelEventKinds } from './events.ts';
import { groupBy } from './grouping-rules.ts';
import { insertParcelEvents, listParcelEventRows, updateParcels } from './repository.ts';
import type { ParcelEventKind, ParcelEventSource, ParcelState } from './states.ts';
import type { Parcel, ParcelEvent } from './tables.ts';
import { isSameStory, type Story, tellStory } from './tracking-rules.ts';

/** What a parcel's events tell. */
export const parcelData = (parcel: Parcel) => ({
  orderId: parcel.orderId,
  shipmentId: parcel.shipmentId,
  carrierId: parcel.carrierId,
  methodId: parcel.methodId,
  trackingNumber: parcel.trackingNumber,
  destinationCountry: parcel.destinationCountry,
  state: parcel.state,
  stateAt: parcel.stateAt.toISOString(),
  promisedOn: parcel.promisedOn,
  shippedAt: parcel.shippedAt.toISOString(),
  deliveredAt: parcel.deliveredAt?.toISOString() ?? null,
});

/** One thing that somebody tells of a parcel. */
export interface Telling {
  readonly kind: ParcelEventKind;
  readonly source: ParcelEventSource;
  readonly occurredAt: Date;
  readonly carrierEventId?: string;
  readonly place?: string | null;
  readonly note?: string | null;
  readonly signedBy?: string | null;
  readonly photoUrl?: string | null;
}

/** The row of something told; of a parcel whose customer was erased no name and no picture is taken. */
export const eventOf = (ctx: Ctx, parcel: Parcel, telling: Telling): ParcelEvent => ({
  shopId: parcel.shopId,
  id: newId(),
  parcelId: parcel.id,
  carrierId: parcel.carrierId,
  source: telling.source,
  carrierEventId: telling.carrierEventId ?? null,
  kind: telling.kind,
  occurredAt: telling.occurredAt,
  recordedAt: ctx.now,
  place: telling.place ?? null,
  note: parcel.isNameless ? null : (telling.note ?? null),
  signedBy: parcel.isNameless ? null : (telling.signedBy ?? null),
  photoUrl: parcel.isNameless ? null : (telling.photoUrl ?? null),
  voidedAt: null,
  voidReason: null,
  voidedBy: null,
});

/**
 * Writes what was told of locked parcels and tells their stories anew, from everything that is known of each. Returns the parcels
 * as they are now and the ids of what was not known before.
 */
export async function tellParcels(
  tx: Tx,
  ctx: Ctx,
  locked: readonly Parcel[],
  told: readonly ParcelEvent[],
): Promise<{ readonly parcels: readonly Parcel[]; readonly written: ReadonlySet<string> }> {
  if (told.length === 0) return { parcels: locked, written: new Set() };
  const written = await insertParcelEvents(tx, told);
  return { parcels: await retellParcels(tx, ctx, locked), written };
}

/** Tells the stories of locked parcels anew, from everything that counts of each. Returns the parcels as they are now. */
export async function retellParcels(tx: Tx, ctx: Ctx, locked: readonly Parcel[]): Promise<readonly Parcel[]> {
  const ids = locked.map(({ id }) => id);
  const events = groupBy(await listParcelEventRows(tx, ctx.shop.id, ids), ({ parcelId }) => parcelId);
  const changes = locked.map((parcel) => ({
    before: parcel,
    after: retold(ctx, parcel, events.get(parcel.id) ?? []),
  }));
  const changed = changes.filter(({ before, after }) => before !== after);
  await updateParcels(
    tx,
    changed.map(({ after }) => after),
  );
  await appendEvents(
    tx,
    ctx,
    changed.flatMap(({ before, after }) => newsOf(ctx, before, after)),
  );
  return changes.map(({ after }) => after);
}

/** The parcel as its story has it now; itself, when that is what it says already. */
function retold(ctx: Ctx, parcel: Parcel, events: readonly ParcelEvent[]): Parcel {
  const story = tellStory(events.filter(({ voidedAt }) => voidedAt === null));
  const stateAt = story.stateAt ?? parcel.shippedAt;
  if (isSameStory({ ...storyOf(parcel), stateAt: parcel.stateAt }, { ...story, stateAt })) return parcel;
  return { ...parcel, ...story, stateAt, version: parcel.version + 1, updatedAt: ctx.now };
}

const storyOf = (parcel: Parcel): Story => ({
  state: parcel.state,
  stateAt: parcel.stateAt,
  deliveredAt: parcel.deliveredAt,
  damagedAt: parcel.damagedAt,
  signedBy: parcel.signedBy,
  photoUrl: parcel.photoUrl,
  proofAt: parcel.proofAt,
});

const KINDS = {
  in_transit: parcelEventKinds.inTransit,
  delivered: parcelEventKinds.delivered,
  lost: parcelEventKinds.lost,
  damaged: parcelEventKinds.damaged,
  returned: parcelEventKinds.returned,
} satisfies Partial<Record<ParcelState, unknown>>;

/** That it arrived is told once, also where it is told late of a parcel that has come back since. */
function newsOf(ctx: Ctx, before: Parcel, after: Parcel): NewEvent[] {
  const tell = (kind: (typeof KINDS)[keyof typeof KINDS]) =>
    eventRow(ctx, kind, after.id, parcelData(after), after.stateAt);
  const arrived = before.deliveredAt === null && after.deliveredAt !== null;
  const isNew = after.state !== before.state && after.state !== 'registered' && after.state !== 'delivered';
  return [
    ...(arrived ? [tell(KINDS.delivered)] : []),
    ...(isNew ? [tell(KINDS[after.state as keyof typeof KINDS])] : []),
  ];
}

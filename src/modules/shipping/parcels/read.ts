import type { Ctx } from '../../../platform/context.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { groupBy } from './grouping-rules.ts';
import {
  eraseNames,
  getParcelRow,
  listParcelEventRows,
  listParcelLines,
  listParcelRows,
  listParcelsOfOrders,
  listParcelsOfShipment,
  listRatings,
  type ParcelFilter,
} from './repository.ts';
import type { Parcel, ParcelEvent, ParcelLine } from './tables.ts';
import { decideArrival, isGone } from './tracking-rules.ts';

/** A parcel with what is in it and what its buyer says of it. */
export interface ParcelView {
  readonly parcel: Parcel;
  readonly lines: readonly ParcelLine[];
  readonly rating: number | null;
}

/** Parcels with what belongs to them, however many in two statements. */
async function viewsOf(on: Reader, parcels: readonly Parcel[]): Promise<ParcelView[]> {
  const [first] = parcels;
  if (!first) return [];
  const ids = parcels.map(({ id }) => id);
  const lines = await listParcelLines(on, first.shopId, ids);
  const ratings = await listRatings(on, first.shopId, ids);
  return parcels.map((parcel) => ({
    parcel,
    lines: lines.filter(({ parcelId }) => parcelId === parcel.id),
    rating: ratings.find(({ parcelId }) => parcelId === parcel.id)?.rating ?? null,
  }));
}

export async function viewOf(on: Reader, parcel: Parcel): Promise<ParcelView> {
  const [view] = await viewsOf(on, [parcel]);
  return view ?? { parcel, lines: [], rating: null };
}

/** A parcel, or `not_found`. */
export const readParcel = async (ctx: Ctx, id: string): Promise<ParcelView> =>
  viewOf(ctx.db, await getParcelRow(ctx.db, ctx.shop.id, id));

/** Parcels, newest first. */
export async function readParcels(ctx: Ctx, filter: ParcelFilter): Promise<Page<ParcelView>> {
  const { rows, nextCursor } = await listParcelRows(ctx.db, ctx.shop.id, filter);
  return { rows: await viewsOf(ctx.db, rows), nextCursor };
}

/** Everything that was told of a parcel, in the order in which it happened. */
export async function readParcelEvents(ctx: Ctx, id: string): Promise<ParcelEvent[]> {
  await getParcelRow(ctx.db, ctx.shop.id, id);
  return listParcelEventRows(ctx.db, ctx.shop.id, [id]);
}

/** A parcel with all that was told of it. */
export interface TrackedParcel extends ParcelView {
  readonly events: readonly ParcelEvent[];
}

/** The parcels of orders with everything that was told of them, oldest first. */
export async function trackParcelsOf(
  on: Reader,
  shopId: string,
  orderIds: readonly string[],
): Promise<TrackedParcel[]> {
  if (orderIds.length === 0) return [];
  const views = await viewsOf(on, await listParcelsOfOrders(on, shopId, orderIds));
  if (views.length === 0) return [];
  const ids = views.map(({ parcel }) => parcel.id);
  const events = groupBy(await listParcelEventRows(on, shopId, ids), ({ parcelId }) => parcelId);
  return views.map((view) => ({ ...view, events: events.get(view.parcel.id) ?? [] }));
}

/** How a shipment ended, as its parcels tell it. */
export interface ShipmentEnd {
  /** When the last of those that arrive did; undefined while one is on its way, where none arrived, or where there are none. */
  readonly arrivedAt: Date | undefined;
  /** The parcels that were lost or came back. */
  readonly goneIds: readonly string[];
  /** What is in them, by line. */
  readonly missing: readonly { readonly lineId: string; readonly quantity: number }[];
}

/** Whether a shipment has ended, when, and what did not arrive with it. */
export async function readShipmentEnd(on: Reader, shopId: string, shipmentId: string): Promise<ShipmentEnd> {
  const parcels = await listParcelsOfShipment(on, shopId, shipmentId);
  const gone = parcels.filter(isGone).map(({ id }) => id);
  const lines = gone.length === 0 ? [] : await listParcelLines(on, shopId, gone);
  const missing = [...groupBy(lines, ({ lineId }) => lineId)].map(([lineId, units]) => ({
    lineId,
    quantity: units.reduce((sum, { quantity }) => sum + quantity, 0),
  }));
  return { arrivedAt: decideArrival(parcels), goneIds: gone, missing };
}

/** Takes names and pictures out of the parcels of orders, and keeps none that come later. */
export const eraseParcelNames = (tx: Tx, ctx: Ctx, orderIds: readonly string[]): Promise<void> =>
  eraseNames(tx, ctx.shop.id, orderIds, ctx.now);

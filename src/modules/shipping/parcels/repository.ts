import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { isUniqueViolation } from '../../../platform/db/constraints.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { rowInsert, rowUpdate } from '../../../platform/db/records.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import {
  carrierMethods,
  carrierPriceLists,
  type CarrierMethod,
  type CarrierPriceList,
} from '../carriers/tables.ts';
import { parcelErrors } from './errors.ts';
import type { ParcelState } from './states.ts';
import {
  type DeliveryRating,
  deliveryRatings,
  type Parcel,
  type ParcelEvent,
  parcelEvents,
  type ParcelLine,
  parcelLines,
  parcels,
} from './tables.ts';

const insertParcelRows = rowInsert('insert_parcels', parcels);
const insertLineRows = rowInsert('insert_parcel_lines', parcelLines);
const insertEventRows = rowInsert(
  'insert_parcel_events',
  parcelEvents,
  'on conflict (shop_id, carrier_id, carrier_event_id) where carrier_event_id is not null do nothing returning id',
);
const writeParcels = rowUpdate('update_parcels', parcels);

/** Writes new parcels with what is in them. Refusal: tracking_number_taken, when another one came first at this moment. */
export async function insertParcels(
  tx: Tx,
  rows: readonly Parcel[],
  lines: readonly ParcelLine[],
): Promise<void> {
  await insertParcelRows(tx, rows).catch((error: unknown) => {
    if (isUniqueViolation(error, 'parcels_tracking_number_key'))
      throw parcelErrors.tracking_number_taken(undefined, { pointer: '/parcels' });
    throw error;
  });
  if (lines.length > 0) await insertLineRows(tx, lines);
}

/** Writes what happened; the ids of what was not known before. */
export async function insertParcelEvents(tx: Tx, rows: readonly ParcelEvent[]): Promise<ReadonlySet<string>> {
  const written = await insertEventRows(tx, rows);
  return new Set(written.map(({ id }) => id));
}

/** Changes locked parcels; their versions have risen. */
export async function updateParcels(tx: Tx, rows: readonly Parcel[]): Promise<void> {
  if (rows.length === 0) return;
  const written = await writeParcels(tx, rows).catch((error: unknown) => {
    if (isUniqueViolation(error, 'parcels_tracking_number_key'))
      throw parcelErrors.tracking_number_taken(undefined, { pointer: '/trackingNumber' });
    throw error;
  });
  if (written.length < rows.length) throw platformErrors.version_conflict();
}

/** The parcel, or `not_found`. */
export async function getParcelRow(on: Reader, shopId: string, id: string): Promise<Parcel> {
  const [parcel] = await on
    .select()
    .from(parcels)
    .where(and(eq(parcels.shopId, shopId), eq(parcels.id, id)));
  if (!parcel) throw platformErrors.not_found();
  return parcel;
}

/** The same, locked. */
export async function lockParcel(tx: Tx, shopId: string, id: string): Promise<Parcel> {
  const [parcel] = await tx
    .select()
    .from(parcels)
    .where(and(eq(parcels.shopId, shopId), eq(parcels.id, id)))
    .for('no key update');
  if (!parcel) throw platformErrors.not_found();
  return parcel;
}

/** Parcels of a carrier by their numbers, locked in the order of their ids. By parcels_tracking_number_key. */
export const lockByTrackingNumbers = (
  tx: Tx,
  shopId: string,
  carrierId: string,
  numbers: readonly string[],
): Promise<Parcel[]> =>
  tx
    .select()
    .from(parcels)
    .where(
      and(
        eq(parcels.shopId, shopId),
        eq(parcels.carrierId, carrierId),
        inArray(parcels.trackingNumber, [...numbers]),
      ),
    )
    .orderBy(asc(parcels.id))
    .for('no key update');

/** Which of these numbers a carrier has parcels with. By parcels_tracking_number_key. */
export async function findTakenNumbers(
  on: Reader,
  shopId: string,
  carrierId: string,
  numbers: readonly string[],
): Promise<ReadonlySet<string | null>> {
  if (numbers.length === 0) return new Set();
  const rows = await on
    .select({ number: parcels.trackingNumber })
    .from(parcels)
    .where(
      and(
        eq(parcels.shopId, shopId),
        eq(parcels.carrierId, carrierId),
        inArray(parcels.trackingNumber, [...numbers]),
      ),
    );
  return new Set(rows.map(({ number }) => number));
}

/** The parcels of a shipment, locked in the order of their ids. By parcels_shipment_idx. */
export const lockParcelsOfShipment = (tx: Tx, shopId: string, shipmentId: string): Promise<Parcel[]> =>
  tx
    .select()
    .from(parcels)
    .where(and(eq(parcels.shopId, shopId), eq(parcels.shipmentId, shipmentId)))
    .orderBy(asc(parcels.id))
    .for('no key update');

/** The parcels of a shipment. By parcels_shipment_idx. */
export const listParcelsOfShipment = (on: Reader, shopId: string, shipmentId: string): Promise<Parcel[]> =>
  on
    .select()
    .from(parcels)
    .where(and(eq(parcels.shopId, shopId), eq(parcels.shipmentId, shipmentId)))
    .orderBy(asc(parcels.id));

/** The parcels of orders, oldest first. By parcels_order_idx. */
export const listParcelsOfOrders = (
  on: Reader,
  shopId: string,
  orderIds: readonly string[],
): Promise<Parcel[]> =>
  on
    .select()
    .from(parcels)
    .where(and(eq(parcels.shopId, shopId), inArray(parcels.orderId, [...orderIds])))
    .orderBy(asc(parcels.id));

/** What is in parcels. Along the primary key. */
export const listParcelLines = (
  on: Reader,
  shopId: string,
  parcelIds: readonly string[],
): Promise<ParcelLine[]> =>
  on
    .select()
    .from(parcelLines)
    .where(and(eq(parcelLines.shopId, shopId), inArray(parcelLines.parcelId, [...parcelIds])))
    .orderBy(parcelLines.parcelId, parcelLines.lineId);

/** What happened to parcels, in the order in which it happened. By parcel_events_parcel_idx. */
export const listParcelEventRows = (
  on: Reader,
  shopId: string,
  parcelIds: readonly string[],
): Promise<ParcelEvent[]> =>
  on
    .select()
    .from(parcelEvents)
    .where(and(eq(parcelEvents.shopId, shopId), inArray(parcelEvents.parcelId, [...parcelIds])))
    .orderBy(parcelEvents.parcelId, parcelEvents.occurredAt, parcelEvents.id);

/** Something that was told of a locked parcel does not count. */
export const writeVoid = async (
  tx: Tx,
  { shopId, id }: ParcelEvent,
  voiding: Pick<ParcelEvent, 'voidedAt' | 'voidReason' | 'voidedBy'>,
): Promise<void> =>
  void (await tx
    .update(parcelEvents)
    .set(voiding)
    .where(and(eq(parcelEvents.shopId, shopId), eq(parcelEvents.id, id))));

/** Events that a carrier told before, by its own ids. By parcel_events_carrier_event_key. */
export const listKnownEvents = (
  on: Reader,
  shopId: string,
  carrierId: string,
  carrierEventIds: readonly string[],
): Promise<ParcelEvent[]> =>
  on
    .select()
    .from(parcelEvents)
    .where(
      and(
        eq(parcelEvents.shopId, shopId),
        eq(parcelEvents.carrierId, carrierId),
        inArray(parcelEvents.carrierEventId, [...carrierEventIds]),
      ),
    );

export interface ParcelFilter {
  readonly limit: number;
  readonly cursor?: string;
  readonly carrierId?: string;
  readonly state?: ParcelState;
  readonly orderId?: string;
  readonly trackingNumber?: string;
}

/**
 * Newest first: along the primary key, parcels_state_idx, parcels_carrier_idx or parcels_carrier_state_idx; of an order by
 * parcels_order_idx, by number along parcels_tracking_idx.
 */
const keyset = createKeyset({
  name: 'parcels',
  table: parcels,
  filters: {
    carrierId: (value) => eq(parcels.carrierId, value),
    state: (value) => eq(parcels.state, value),
    orderId: (value) => eq(parcels.orderId, value),
    trackingNumber: (value) => eq(parcels.trackingNumber, value),
  },
  sorts: { '-id': { columns: [parcels.id], direction: 'desc' } },
});

export function listParcelRows(on: Reader, shopId: string, filter: ParcelFilter): Promise<Page<Parcel>> {
  const { limit: _limit, cursor: _cursor, ...filters } = filter;
  return keyset(on, { shopId, page: filter, sort: '-id', filters });
}

/** A method that a carrier offers, by its code. By carrier_methods_code_key. */
export async function findOfferedMethod(
  on: Reader,
  shopId: string,
  carrierId: string,
  code: string,
): Promise<CarrierMethod | undefined> {
  const [method] = await on
    .select()
    .from(carrierMethods)
    .where(
      and(
        eq(carrierMethods.shopId, shopId),
        eq(carrierMethods.carrierId, carrierId),
        eq(carrierMethods.code, code),
        eq(carrierMethods.isOffered, true),
      ),
    );
  return method;
}

/** The price list of a method that is in force at a moment. By carrier_price_lists_from_key. */
export async function findPriceListAt(
  on: Reader,
  shopId: string,
  methodId: string,
  at: Date,
): Promise<CarrierPriceList | undefined> {
  const l = carrierPriceLists;
  const [list] = await on
    .select()
    .from(l)
    .where(
      and(
        eq(l.shopId, shopId),
        eq(l.methodId, methodId),
        sql`${l.validFrom} <= ${at.toISOString()} and (${l.validTo} is null or ${l.validTo} > ${at.toISOString()})`,
      ),
    )
    .limit(1);
  return list;
}

/** Writes a rating unless there is one. */
export async function insertRating(tx: Tx, row: DeliveryRating): Promise<boolean> {
  const written = await tx.insert(deliveryRatings).values(row).onConflictDoNothing().returning();
  return written.length > 0;
}

/** What was said of deliveries. Along the primary key. */
export const listRatings = (
  on: Reader,
  shopId: string,
  parcelIds: readonly string[],
): Promise<DeliveryRating[]> =>
  on
    .select()
    .from(deliveryRatings)
    .where(and(eq(deliveryRatings.shopId, shopId), inArray(deliveryRatings.parcelId, [...parcelIds])));

const eraseEvents = preparedSql(
  'erase_parcel_event_names',
  `update parcel_events e set signed_by = null, photo_url = null, note = null, void_reason = case when e.voided_at is null then null else '' end
   from parcels p
   where p.shop_id = $1 and p.order_id = any($2::uuid[]) and e.shop_id = p.shop_id and e.parcel_id = p.id
     and (e.signed_by is not null or e.photo_url is not null or e.note is not null or e.void_reason <> '')`,
);
// Locked in the order of their ids, as a carrier's events lock them.
const eraseParcels = preparedSql(
  'erase_parcel_names',
  `with mine as (
     select shop_id, id from parcels where shop_id = $1 and order_id = any($2::uuid[]) and not is_nameless
     order by id for no key update
   )
   update parcels p set is_nameless = true, signed_by = null, photo_url = null, version = p.version + 1, updated_at = $3
   from mine where p.shop_id = mine.shop_id and p.id = mine.id`,
);

/** Takes names and pictures out of the parcels of orders, for good. By parcels_order_idx. */
export async function eraseNames(
  tx: Tx,
  shopId: string,
  orderIds: readonly string[],
  at: Date,
): Promise<void> {
  await eraseParcels(tx, [shopId, orderIds, at]);
  await eraseEvents(tx, [shopId, orderIds]);
}

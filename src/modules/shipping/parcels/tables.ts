import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  unique,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, shopId, version } from '../../../platform/db/columns.ts';
import { carrierMethods, carriers } from '../carriers/tables.ts';
import type { CostSource, ParcelEventKind, ParcelEventSource, ParcelState } from './states.ts';

/**
 * A parcel with a carrier. Orders say what a shipment is and which lines it holds: their ids stand here without a key, because
 * this module comes before them.
 */
export const parcels = pgTable(
  'parcels',
  {
    shopId: shopId(),
    id: id(),
    orderId: id('order_id'),
    shipmentId: id('shipment_id'),
    carrierId: id('carrier_id'),
    methodId: uuid('method_id'),
    trackingNumber: text('tracking_number'),
    state: text('state').$type<ParcelState>().notNull(),
    /** When what put it into its state happened. */
    stateAt: instant('state_at').notNull(),
    weightGrams: integer('weight_grams'),
    lengthMm: integer('length_mm'),
    widthMm: integer('width_mm'),
    heightMm: integer('height_mm'),
    destinationCountry: text('destination_country'),
    destinationRegion: text('destination_region'),
    currency: text('currency').notNull(),
    /** What the carrier takes for it; stored when it is known, and not computed again. */
    costAmount: amount('cost_amount'),
    costSource: text('cost_source').$type<CostSource>().notNull(),
    priceListId: uuid('price_list_id'),
    /** The day that it is promised for, YYYY-MM-DD in the shop's time zone. */
    promisedOn: text('promised_on'),
    shippedAt: instant('shipped_at').notNull(),
    /** When it first arrived, also when it turned out damaged or came back afterwards. */
    deliveredAt: instant('delivered_at'),
    /** When it was damaged, also when it arrived afterwards. */
    damagedAt: instant('damaged_at'),
    /** Proof of delivery. */
    signedBy: text('signed_by'),
    photoUrl: text('photo_url'),
    proofAt: instant('proof_at'),
    /** Its customer was erased: no name and no picture is kept any more. */
    isNameless: boolean('is_nameless').notNull(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    uniqueIndex('parcels_tracking_number_key')
      .on(t.shopId, t.carrierId, t.trackingNumber)
      .where(sql`${t.trackingNumber} is not null`),
    index('parcels_order_idx').on(t.shopId, t.orderId, t.id),
    index('parcels_shipment_idx').on(t.shopId, t.shipmentId, t.id),
    // One for each way of listing, ending in the id.
    index('parcels_state_idx').on(t.shopId, t.state, t.id),
    index('parcels_carrier_idx').on(t.shopId, t.carrierId, t.id),
    index('parcels_carrier_state_idx').on(t.shopId, t.carrierId, t.state, t.id),
    index('parcels_tracking_idx')
      .on(t.shopId, t.trackingNumber, t.id)
      .where(sql`${t.trackingNumber} is not null`),
    // What the scores of a day look at.
    index('parcels_shipped_at_idx').on(t.shopId, t.shippedAt),
    check(
      'parcels_state',
      sql`${t.state} in ('registered', 'in_transit', 'delivered', 'lost', 'damaged', 'returned')`,
    ),
    check('parcels_delivered', sql`${t.state} <> 'delivered' or ${t.deliveredAt} is not null`),
    check('parcels_damaged', sql`${t.state} <> 'damaged' or ${t.damagedAt} is not null`),
    check(
      'parcels_size',
      sql`${t.weightGrams} > 0 and ${t.lengthMm} > 0 and ${t.widthMm} > 0 and ${t.heightMm} > 0
        and (${t.lengthMm} is null) = (${t.widthMm} is null) and (${t.lengthMm} is null) = (${t.heightMm} is null)`,
    ),
    check(
      'parcels_cost',
      sql`${t.costAmount} >= 0 and (${t.costAmount} is null) = (${t.costSource} = 'unknown')
        and (${t.priceListId} is not null) = (${t.costSource} = 'price_list')`,
    ),
    check('parcels_promised', sql`${t.promisedOn} ~ '^\\d{4}-\\d\\d-\\d\\d$'`),
    check('parcels_nameless', sql`not ${t.isNameless} or (${t.signedBy} is null and ${t.photoUrl} is null)`),
    foreignKey({ columns: [t.shopId, t.carrierId], foreignColumns: [carriers.shopId, carriers.id] }),
    foreignKey({
      columns: [t.shopId, t.methodId],
      foreignColumns: [carrierMethods.shopId, carrierMethods.id],
    }),
  ],
);

export type Parcel = typeof parcels.$inferSelect;

/** What is in a parcel. */
export const parcelLines = pgTable(
  'parcel_lines',
  {
    shopId: shopId(),
    parcelId: id('parcel_id'),
    lineId: id('line_id'),
    quantity: integer('quantity').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.parcelId, t.lineId] }),
    check('parcel_lines_quantity', sql`${t.quantity} > 0`),
    foreignKey({ columns: [t.shopId, t.parcelId], foreignColumns: [parcels.shopId, parcels.id] }),
  ],
);

export type ParcelLine = typeof parcelLines.$inferSelect;

/** What happened to a parcel, as it was told. It may be void; an erasure takes names out of it; nothing else of it changes. */
export const parcelEvents = pgTable(
  'parcel_events',
  {
    shopId: shopId(),
    id: id(),
    parcelId: id('parcel_id'),
    carrierId: id('carrier_id'),
    source: text('source').$type<ParcelEventSource>().notNull(),
    carrierEventId: text('carrier_event_id'),
    kind: text('kind').$type<ParcelEventKind>().notNull(),
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at').notNull(),
    place: text('place'),
    note: text('note'),
    signedBy: text('signed_by'),
    photoUrl: text('photo_url'),
    /** It does not count: since when, why, and who said so. */
    voidedAt: instant('voided_at'),
    voidReason: text('void_reason'),
    voidedBy: text('voided_by'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // What a carrier tells twice happened once.
    uniqueIndex('parcel_events_carrier_event_key')
      .on(t.shopId, t.carrierId, t.carrierEventId)
      .where(sql`${t.carrierEventId} is not null`),
    index('parcel_events_parcel_idx').on(t.shopId, t.parcelId, t.occurredAt, t.id),
    check(
      'parcel_events_voided',
      sql`(${t.voidedAt} is null) = (${t.voidReason} is null) and (${t.voidedAt} is not null or ${t.voidedBy} is null)`,
    ),
    check('parcel_events_source', sql`(${t.carrierEventId} is not null) = (${t.source} = 'carrier')`),
    foreignKey({ columns: [t.shopId, t.parcelId], foreignColumns: [parcels.shopId, parcels.id] }),
  ],
);

export type ParcelEvent = typeof parcelEvents.$inferSelect;

/**
 * What a carrier told of numbers that no parcel has yet: it waits for one, for some weeks. Who signed stands here before anybody knows
 * whose parcel it is, and goes with the row.
 */
export const earlyParcelEvents = pgTable(
  'early_parcel_events',
  {
    shopId: shopId(),
    id: id(),
    carrierId: id('carrier_id'),
    trackingNumber: text('tracking_number').notNull(),
    carrierEventId: text('carrier_event_id').notNull(),
    kind: text('kind').$type<ParcelEventKind>().notNull(),
    occurredAt: instant('occurred_at').notNull(),
    recordedAt: instant('recorded_at').notNull(),
    place: text('place'),
    signedBy: text('signed_by'),
    photoUrl: text('photo_url'),
    /** When it is forgotten. */
    dueAt: instant('due_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    unique('early_parcel_events_event_key').on(t.shopId, t.carrierId, t.carrierEventId),
    index('early_parcel_events_number_idx').on(t.shopId, t.carrierId, t.trackingNumber),
    index('early_parcel_events_due_idx').on(t.shopId, t.dueAt),
    foreignKey({ columns: [t.shopId, t.carrierId], foreignColumns: [carriers.shopId, carriers.id] }),
  ],
);

export type EarlyParcelEvent = typeof earlyParcelEvents.$inferSelect;

/** What a buyer says of a delivery. Insert-only, and one for each parcel. */
export const deliveryRatings = pgTable(
  'delivery_ratings',
  {
    shopId: shopId(),
    parcelId: id('parcel_id'),
    rating: integer('rating').notNull(),
    ratedBy: text('rated_by').$type<'customer' | 'staff'>().notNull(),
    ratedAt: instant('rated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.parcelId] }),
    check('delivery_ratings_rating', sql`${t.rating} between 1 and 5`),
    foreignKey({ columns: [t.shopId, t.parcelId], foreignColumns: [parcels.shopId, parcels.id] }),
  ],
);

export type DeliveryRating = typeof deliveryRatings.$inferSelect;

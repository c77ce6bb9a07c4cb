import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { uniqueIndex, boolean } from 'drizzle-orm/pg-core';
import { id, instant, metadata, rateBps, shopId, version } from '../../../platform/db/columns.ts';
import { shops } from '../../../platform/shops/tables.ts';
import type { PriceZone } from './price-rules.ts';
import type { CarrierStatus, DayKind } from './states.ts';
import type { TransitPromise } from './transit-rules.ts';

/** Who carries parcels. */
export const carriers = pgTable(
  'carriers',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    name: text('name').notNull(),
    externalId: text('external_id'),
    status: text('status').$type<CarrierStatus>().notNull(),
    /** The share of suggestions that it gets while it is on trial. */
    trialShareBps: rateBps('trial_share_bps').notNull(),
    metadata: metadata(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    uniqueIndex('carriers_external_id_key')
      .on(t.shopId, t.externalId)
      .where(sql`${t.externalId} is not null`),
    // Listing those in one status.
    index('carriers_status_idx').on(t.shopId, t.status, t.id),
    check('carriers_status', sql`${t.status} in ('trial', 'active', 'paused', 'archived')`),
    check('carriers_trial_share', sql`${t.trialShareBps} between 0 and 10000`),
  ],
);

export type Carrier = typeof carriers.$inferSelect;

/** A way in which a carrier carries, such as express. */
export const carrierMethods = pgTable(
  'carrier_methods',
  {
    shopId: shopId(),
    id: id(),
    carrierId: id('carrier_id'),
    code: text('code').notNull(),
    name: text('name').notNull(),
    dayKind: text('day_kind').$type<DayKind>().notNull(),
    promises: jsonb('promises').$type<readonly TransitPromise[]>().notNull(),
    /** It is suggested and shipped with. */
    isOffered: boolean('is_offered').notNull(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    unique('carrier_methods_code_key').on(t.shopId, t.carrierId, t.code),
    check('carrier_methods_day_kind', sql`${t.dayKind} in ('business', 'calendar')`),
    foreignKey({ columns: [t.shopId, t.carrierId], foreignColumns: [carriers.shopId, carriers.id] }),
  ],
);

export type CarrierMethod = typeof carrierMethods.$inferSelect;

/** What a method costs from when to when. Only its end is ever changed: what parcels cost was computed with it. */
export const carrierPriceLists = pgTable(
  'carrier_price_lists',
  {
    shopId: shopId(),
    id: id(),
    methodId: id('method_id'),
    volumetricDivisor: integer('volumetric_divisor'),
    zones: jsonb('zones').$type<readonly PriceZone[]>().notNull(),
    validFrom: instant('valid_from').notNull(),
    validTo: instant('valid_to'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // The list in force, and all of a method, newest first.
    unique('carrier_price_lists_from_key').on(t.shopId, t.methodId, t.validFrom),
    check('carrier_price_lists_validity', sql`${t.validTo} > ${t.validFrom}`),
    check('carrier_price_lists_divisor', sql`${t.volumetricDivisor} > 0`),
    foreignKey({
      name: 'carrier_price_lists_method_fk',
      columns: [t.shopId, t.methodId],
      foreignColumns: [carrierMethods.shopId, carrierMethods.id],
    }),
  ],
);

export type CarrierPriceList = typeof carrierPriceLists.$inferSelect;

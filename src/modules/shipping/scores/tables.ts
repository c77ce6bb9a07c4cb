import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { id, instant, rateBps, shopId } from '../../../platform/db/columns.ts';
import { shops } from '../../../platform/shops/tables.ts';
import { carriers } from '../carriers/tables.ts';

/** The shop's turn with its carriers, and how far their scores have come. */
export const carrierScoring = pgTable(
  'carrier_scoring',
  {
    shopId: shopId().references(() => shops.id),
    /** When the next day ends; null while there is nothing that could be scored. */
    dueAt: instant('due_at'),
    /** The last day that was scored, as YYYY-MM-DD in the shop's time zone. */
    scoredThroughOn: text('scored_through_on'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId] }),
    index('carrier_scoring_due_idx').on(t.shopId, t.dueAt).where(sql`${t.dueAt} is not null`),
    check('carrier_scoring_day', sql`${t.scoredThroughOn} ~ '^\\d{4}-\\d\\d-\\d\\d$'`),
  ],
);

export type CarrierScoring = typeof carrierScoring.$inferSelect;

/** What a carrier was worth at the end of a day: what was counted, and what it comes to. Insert-only. */
export const carrierScores = pgTable(
  'carrier_scores',
  {
    shopId: shopId(),
    carrierId: id('carrier_id'),
    /** YYYY-MM-DD in the shop's time zone; text, so that a list can page along it. */
    day: text('day').notNull(),
    windowDays: integer('window_days').notNull(),
    priorCases: integer('prior_cases').notNull(),
    parcelCount: integer('parcel_count').notNull(),
    promisedCount: integer('promised_count').notNull(),
    onTimeCount: integer('on_time_count').notNull(),
    deliveredCount: integer('delivered_count').notNull(),
    transitDaysSum: integer('transit_days_sum').notNull(),
    endedCount: integer('ended_count').notNull(),
    lostCount: integer('lost_count').notNull(),
    damagedCount: integer('damaged_count').notNull(),
    spoiledCount: integer('spoiled_count').notNull(),
    ratingCount: integer('rating_count').notNull(),
    ratingSum: integer('rating_sum').notNull(),
    costedCount: integer('costed_count').notNull(),
    costSumAmount: bigint('cost_sum_amount', { mode: 'bigint' }).notNull(),
    /** Damped toward the shop's own mean; null where the whole shop has no case. */
    onTimeBps: rateBps('on_time_bps'),
    transitCentidays: integer('transit_centidays'),
    spoiledBps: rateBps('spoiled_bps'),
    ratingCentistars: integer('rating_centistars'),
    costAmount: bigint('cost_amount', { mode: 'bigint' }),
    /** 0 to 10,000; null while nothing at all is known. */
    scoreBps: rateBps('score_bps'),
    computedAt: instant('computed_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.carrierId, t.day] }),
    // All carriers on a day.
    index('carrier_scores_day_idx').on(t.shopId, t.day, t.carrierId),
    check('carrier_scores_day', sql`${t.day} ~ '^\\d{4}-\\d\\d-\\d\\d$'`),
    check('carrier_scores_score', sql`${t.scoreBps} between 0 and 10000`),
    check(
      'carrier_scores_counts',
      sql`${t.onTimeCount} between 0 and ${t.promisedCount} and ${t.deliveredCount} <= ${t.parcelCount}
        and ${t.promisedCount} <= ${t.parcelCount} and ${t.endedCount} <= ${t.parcelCount}
        and ${t.spoiledCount} between 0 and ${t.endedCount} and ${t.lostCount} <= ${t.spoiledCount}
        and ${t.damagedCount} <= ${t.spoiledCount} and ${t.ratingCount} <= ${t.parcelCount}
        and ${t.ratingSum} between ${t.ratingCount} and 5 * ${t.ratingCount} and ${t.costedCount} <= ${t.parcelCount}`,
    ),
    foreignKey({ columns: [t.shopId, t.carrierId], foreignColumns: [carriers.shopId, carriers.id] }),
  ],
);

export type CarrierScore = typeof carrierScores.$inferSelect;

/** How long a carrier's parcels took, by method and country, as of the last day that was scored. */
export const carrierTransits = pgTable(
  'carrier_transits',
  {
    shopId: shopId(),
    id: id(),
    carrierId: id('carrier_id'),
    /** Null: parcels that were sent without naming a method. */
    methodId: uuid('method_id'),
    country: text('country').notNull(),
    caseCount: integer('case_count').notNull(),
    tenthDays: integer('tenth_days').notNull().default(0),
    medianDays: integer('median_days').notNull(),
    ninetiethDays: integer('ninetieth_days').notNull(),
    day: text('day').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    index('carrier_transits_carrier_idx').on(t.shopId, t.carrierId, t.country, t.id),
    index('carrier_transits_country_idx').on(t.shopId, t.country),
    check(
      'carrier_transits_days',
      sql`${t.caseCount} > 0 and ${t.tenthDays} between 0 and ${t.medianDays} and ${t.medianDays} <= ${t.ninetiethDays}`,
    ),
    foreignKey({ columns: [t.shopId, t.carrierId], foreignColumns: [carriers.shopId, carriers.id] }),
  ],
);

export type CarrierTransit = typeof carrierTransits.$inferSelect;

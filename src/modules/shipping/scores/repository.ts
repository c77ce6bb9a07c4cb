import { and, desc, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { plannedSql } from '../../../platform/db/prepared.ts';
import { rowInsert } from '../../../platform/db/records.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import type { Day } from '../calendar-rules.ts';
import { parcels } from '../parcels/tables.ts';
import type { Tally } from './rules.ts';
import {
  type CarrierScore,
  carrierScores,
  carrierScoring,
  type CarrierTransit,
  carrierTransits,
} from './tables.ts';

type TallyRow = { carrier_id: string } & Omit<Record<keyof Tally, number>, 'costSumAmount'> & {
    cost_sum: bigint;
  };

// The parcels of the window along parcels_shipped_at_idx, as they stood when the day ended. A parcel that is late is late from the end
// of the promised day on, whether it has arrived by now or not: otherwise the worst ones would count last.
const tally = plannedSql<TallyRow>(
  `with seen as (
     select p.carrier_id, p.promised_on, p.cost_amount, r.rating,
       p.delivered_at < $3 as is_delivered,
       to_char(p.delivered_at at time zone $5, 'YYYY-MM-DD') as delivered_on,
       greatest(0, (p.delivered_at at time zone $5)::date - (p.shipped_at at time zone $5)::date) as days,
       p.state = 'lost' and p.state_at < $3 as is_lost,
       coalesce(p.damaged_at < $3, false) as is_damaged,
       p.state = 'returned' and p.state_at < $3 as is_returned
     from parcels p left join delivery_ratings r on r.shop_id = p.shop_id and r.parcel_id = p.id and r.rated_at < $3
     where p.shop_id = $1 and p.shipped_at >= $2 and p.shipped_at < $3
   )
   select c.id as carrier_id, count(s.carrier_id)::int as "parcelCount",
     count(*) filter (where s.promised_on is not null and (s.is_delivered or s.promised_on <= $4))::int as "promisedCount",
     count(*) filter (where s.is_delivered and s.delivered_on <= s.promised_on)::int as "onTimeCount",
     count(*) filter (where s.is_delivered)::int as "deliveredCount",
     coalesce(sum(s.days) filter (where s.is_delivered), 0)::int as "transitDaysSum",
     count(*) filter (where s.is_delivered or s.is_lost or s.is_damaged or s.is_returned)::int as "endedCount",
     count(*) filter (where s.is_lost)::int as "lostCount",
     count(*) filter (where s.is_damaged)::int as "damagedCount",
     count(*) filter (where s.is_lost or s.is_damaged)::int as "spoiledCount",
     count(s.rating)::int as "ratingCount", coalesce(sum(s.rating), 0)::int as "ratingSum",
     count(s.cost_amount)::int as "costedCount", coalesce(sum(s.cost_amount), 0)::int8 as cost_sum
   from carriers c left join seen s on s.carrier_id = c.id
   where c.shop_id = $1 group by c.id, c.status
   having c.status <> 'archived' or count(s.carrier_id) > 0 order by c.id`,
);

/** A stretch of days of a shop: `from` is when the first begins, `to` when the last, `day`, has ended. */
export interface Stretch {
  readonly timezone: string;
  readonly day: Day;
  readonly from: Date;
  readonly to: Date;
}

/** What is counted of each carrier: those that are not archived, and whatever else had a parcel. */
export async function tallyCarriers(
  on: Reader,
  shopId: string,
  { timezone, day, from, to }: Stretch,
): Promise<ReadonlyMap<string, Tally>> {
  const rows = await tally(on, [shopId, from, to, day, timezone]);
  return new Map(
    rows.map(({ carrier_id: carrierId, cost_sum: costSumAmount, ...counts }) => [
      carrierId,
      { ...counts, costSumAmount },
    ]),
  );
}

const transit = plannedSql<{
  carrier_id: string;
  method_id: string | null;
  country: string;
  cases: number;
  median: number;
  tenth: number;
  ninetieth: number;
}>(
  `select p.carrier_id, p.method_id, p.destination_country as country, count(*)::int as cases,
     percentile_disc(0.5) within group (order by d.days)::int as median,
     percentile_disc(0.1) within group (order by d.days)::int as tenth,
     percentile_disc(0.9) within group (order by d.days)::int as ninetieth
   from parcels p cross join lateral (select greatest(0,
     (p.delivered_at at time zone $4)::date - (p.shipped_at at time zone $4)::date) as days) d
   where p.shop_id = $1 and p.shipped_at >= $2 and p.shipped_at < $3 and p.delivered_at < $3
     and p.destination_country is not null
   group by 1, 2, 3 order by 1, 2, 3`,
);

/** How long parcels took, by carrier, method and country. Along parcels_shipped_at_idx. */
export const measureTransits = (on: Reader, shopId: string, { timezone, from, to }: Stretch) =>
  transit(on, [shopId, from, to, timezone]);

const insertScores = rowInsert('insert_carrier_scores', carrierScores, 'on conflict do nothing');
const insertTransits = rowInsert('insert_carrier_transits', carrierTransits);

/** Writes the scores of a day, once. */
export const writeScores = async (tx: Tx, rows: readonly CarrierScore[]): Promise<void> =>
  void (await insertScores(tx, rows));

/** Puts new transit times in the place of all that were there. */
export async function replaceTransits(
  tx: Tx,
  shopId: string,
  rows: readonly CarrierTransit[],
): Promise<void> {
  await tx.delete(carrierTransits).where(eq(carrierTransits.shopId, shopId));
  await insertTransits(tx, rows);
}

/** Whether a parcel was sent since a moment. Along parcels_shipped_at_idx. */
export async function hasParcelsSince(on: Reader, shopId: string, from: Date): Promise<boolean> {
  const found = await on
    .select({ id: parcels.id })
    .from(parcels)
    .where(and(eq(parcels.shopId, shopId), sql`${parcels.shippedAt} >= ${from.toISOString()}`))
    .limit(1);
  return found.length > 0;
}

/** Waits for everybody who is handing over a parcel; nobody begins to before the caller has committed. */
export const lockScoringAlone = async (tx: Tx, shopId: string): Promise<void> =>
  void (await tx
    .select({ shopId: carrierScoring.shopId })
    .from(carrierScoring)
    .where(eq(carrierScoring.shopId, shopId))
    .for('update'));

/** The last day that was scored; undefined before the first one. */
export async function findScoredDay(on: Reader, shopId: string): Promise<Day | undefined> {
  const [row] = await on
    .select({ day: carrierScoring.scoredThroughOn })
    .from(carrierScoring)
    .where(eq(carrierScoring.shopId, shopId));
  return row?.day ?? undefined;
}

/** The scores of a day, best first. By carrier_scores_day_idx. */
export const listScoresOn = (on: Reader, shopId: string, day: Day): Promise<CarrierScore[]> =>
  on
    .select()
    .from(carrierScores)
    .where(and(eq(carrierScores.shopId, shopId), eq(carrierScores.day, day)))
    .orderBy(sql`${carrierScores.scoreBps} desc nulls last`, carrierScores.carrierId);

/** Scores of a carrier, newest first. Along the primary key. */
const history = createKeyset({
  name: 'carrier-scores',
  table: carrierScores,
  filters: { carrierId: (value) => eq(carrierScores.carrierId, value) },
  sorts: { '-day': { columns: [carrierScores.day], direction: 'desc' } },
});

export const listScoreRows = (
  on: Reader,
  shopId: string,
  carrierId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<CarrierScore>> => history(on, { shopId, page, sort: '-day', filters: { carrierId } });

/** How long a carrier's parcels take, by country and method. By carrier_transits_carrier_idx. */
export const listTransitsOf = (on: Reader, shopId: string, carrierId: string): Promise<CarrierTransit[]> =>
  on
    .select()
    .from(carrierTransits)
    .where(and(eq(carrierTransits.shopId, shopId), eq(carrierTransits.carrierId, carrierId)))
    .orderBy(carrierTransits.country, desc(carrierTransits.caseCount), carrierTransits.id);

/** How long parcels to a country take. By carrier_transits_country_idx. */
export const listTransitsTo = (on: Reader, shopId: string, country: string): Promise<CarrierTransit[]> =>
  on
    .select()
    .from(carrierTransits)
    .where(and(eq(carrierTransits.shopId, shopId), eq(carrierTransits.country, country)));

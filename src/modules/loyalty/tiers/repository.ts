import { eq } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { plannedSql, preparedRead, preparedSql } from '../../../platform/db/prepared.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import type { LoyaltyMember, LoyaltyProgramme } from '../tables.ts';
import { type TierChange, tierChanges } from './tables.ts';

/** A member who came to another tier. */
export interface Moved {
  readonly customerId: string;
  readonly fromTierKey: string | null;
  readonly toTierKey: string | null;
  readonly counted: bigint;
}

interface Row {
  customer_id: string;
  from_key: string | null;
  to_key: string | null;
  counted: string;
}

/**
 * What counts for locked members on the shop's day, the tier that it reaches, and when that can next change; with a row of the history for
 * each that came to another one. By point_accruals_customer_idx. Days and months as in `rules.ts`: Postgres takes the last of a shorter
 * month as well.
 */
const turn = plannedSql<Row>(
  `with days as (
    select a.customer_id, case when $6 = 'points' then a.earned_points - a.unearned_points else a.kept_amount end as quantity,
      (a.earned_at at time zone $4)::date as day,
      ((a.earned_at at time zone $4)::date + make_interval(months => $5::int))::date as last_day,
      ($3::timestamptz at time zone $4)::date as today
    from point_accruals a where a.shop_id = $1 and a.customer_id = any($2::uuid[])
      and a.earned_at >= $3::timestamptz - make_interval(months => $5::int) - interval '3 days'
  ), sums as (
    select customer_id, coalesce(sum(quantity) filter (where day < today and today <= last_day), 0) as counted,
      min(case when day >= today then day + 1 when today <= last_day then last_day + 1 end)::timestamp at time zone $4 as due_at
    from days group by customer_id
  ), reached as materialized (
    select m.customer_id, m.tier_key as from_key, m.tier_change_count, coalesce(s.counted, 0) as counted, s.due_at,
      (select t.key from unnest($7::text[], $8::int8[]) as t (key, threshold)
        where t.threshold <= coalesce(s.counted, 0) order by t.threshold desc limit 1) as to_key
    from loyalty_members m left join sums s on s.customer_id = m.customer_id
    where m.shop_id = $1 and m.customer_id = any($2::uuid[])
  ), told as (
    insert into tier_changes (shop_id, customer_id, position, from_tier_key, to_tier_key, counted_quantity,
      programme_version, created_at)
    select $1, customer_id, tier_change_count + 1, from_key, to_key, counted, $9::int, $3 from reached
    where from_key is distinct from to_key
  ), written as (
    update loyalty_members m set tier_key = r.to_key, tier_due_at = r.due_at,
      tier_change_count = m.tier_change_count + (r.from_key is distinct from r.to_key)::int,
      version = m.version + 1, updated_at = greatest(m.updated_at, $3)
    from reached r where m.shop_id = $1 and m.customer_id = r.customer_id
  )
  select customer_id, from_key, to_key, counted::text from reached where from_key is distinct from to_key`,
);

export interface TierTurn {
  readonly customerIds: readonly string[];
  readonly now: Date;
  readonly timezone: string;
}

/** Brings the tiers of locked members to a moment. Those that came to another one. */
export async function turnTiers(
  tx: Tx,
  { shopId, version, rule }: LoyaltyProgramme,
  { customerIds, now, timezone }: TierTurn,
): Promise<Moved[]> {
  const { tierBasis, tierPeriodMonths, tiers } = rule;
  const keys = tiers.map(({ key }) => key);
  const thresholds = tiers.map(({ threshold }) => threshold);
  const values = [shopId, customerIds, now, timezone, tierPeriodMonths, tierBasis, keys, thresholds, version];
  return (await turn(tx, values)).map((row) => ({
    customerId: row.customer_id,
    fromTierKey: row.from_key,
    toTierKey: row.to_key,
    counted: BigInt(row.counted),
  }));
}

// By point_accruals_customer_idx.
const count = preparedRead<{ counted: string }>(
  'count_for_tier',
  `select coalesce(sum(quantity), 0)::text as counted from (
     select case when $5 = 'points' then earned_points - unearned_points else kept_amount end as quantity,
       (earned_at at time zone $3)::date as day from point_accruals
     where shop_id = $1 and customer_id = $2
       and earned_at >= $6::timestamptz - make_interval(months => $4::int) - interval '3 days') c
   where day < ($6::timestamptz at time zone $3)::date
     and ($6::timestamptz at time zone $3)::date <= (day + make_interval(months => $4::int))::date`,
);

/** What counts for the tier of a member on the shop's day. */
export const countForTier = async (
  on: Reader,
  { shopId, rule }: LoyaltyProgramme,
  { customerId, now, timezone }: Omit<TierTurn, 'customerIds'> & { readonly customerId: string },
): Promise<bigint> => {
  const { tierBasis, tierPeriodMonths } = rule;
  const values = [shopId, customerId, timezone, tierPeriodMonths, tierBasis, now];
  return BigInt((await count(on, values))[0]?.counted ?? 0);
};

// By loyalty_members_tier_due_idx. Who is held by somebody else is followed by them.
const lockDue = preparedSql<{ customer_id: string }>(
  'lock_members_with_due_tier',
  `select customer_id from loyalty_members where shop_id = $1 and tier_due_at <= $2
   order by tier_due_at, customer_id limit $3 for no key update skip locked`,
);

/** Members whose tier can change now, locked. */
export const lockDueTiers = async (tx: Tx, shopId: string, now: Date, limit: number): Promise<string[]> =>
  (await lockDue(tx, [shopId, now, limit])).map((row) => row.customer_id);

// By loyalty_members_tier_version_idx, in batches: a shop may have millions of members.
const markOld = preparedSql<{ customer_id: string }>(
  'mark_members_of_old_tiers',
  `with old as (select customer_id from loyalty_members where shop_id = $1 and tier_version < $2
     order by customer_id limit $4 for no key update)
   update loyalty_members m set tier_version = $2, tier_due_at = least(m.tier_due_at, $3), version = m.version + 1
   from old where m.shop_id = $1 and m.customer_id = old.customer_id returning m.customer_id`,
);

/** Members whose tier was decided by what an earlier version of the programme says are due. How many. */
export const markOldTiers = async (
  tx: Tx,
  shopId: string,
  version: number,
  now: Date,
  limit: number,
): Promise<number> => (await markOld(tx, [shopId, version, now, limit])).length;

// By the primary key.
const begin = preparedSql(
  'begin_tier_round',
  `insert into tier_rounds (shop_id, programme_version, due_at) values ($1, $2, $3)
   on conflict (shop_id) do update set programme_version = excluded.programme_version, due_at = excluded.due_at`,
);
const end = preparedSql(
  'end_tier_round',
  `update tier_rounds set due_at = null where shop_id = $1 and programme_version = $2`,
);

/** All members are to be looked at again, by what the programme says now. */
export const beginTierRound = async (tx: Tx, shopId: string, version: number, now: Date): Promise<void> =>
  void (await begin(tx, [shopId, version, now]));

/** All members were, unless the programme says something else again. */
export const endTierRound = async (tx: Tx, shopId: string, version: number): Promise<void> =>
  void (await end(tx, [shopId, version]));

const keyset = createKeyset({
  name: 'tier_changes',
  table: tierChanges,
  filters: { customerId: (value) => eq(tierChanges.customerId, value) },
  // By the primary key.
  sorts: { '-position': { columns: [tierChanges.position], direction: 'desc' } },
});

/** The tiers that a member came to, newest first. */
export const listTierChangeRows = (
  on: Reader,
  shopId: string,
  customerId: LoyaltyMember['customerId'],
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<TierChange>> => keyset(on, { shopId, page, sort: '-position', filters: { customerId } });

import type { Reader } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import type { Reward } from '../rewards/schemas.ts';
import type { RewardState } from '../states.ts';
import type { SourceType } from '../tables.ts';

/** The activities of a report, and when the first of them began; null: none has. */
export interface ReportScope {
  readonly activityIds: readonly string[];
  readonly since: Date | null;
}

/** Who takes part: each customer once. */
export interface People {
  readonly participants: number;
  /** For whom something is counted. */
  readonly activeParticipants: number;
  /** Who ordered for the first time since it began, and who became a member since. */
  readonly newCustomers: number;
  readonly newMembers: number;
}

// Along participants_activity_idx; orders by orders_customer_idx, members by their key.
const selectPeople = preparedSql<{
  participants: number;
  active: number;
  customers: number;
  members: number;
}>(
  'sum_activity_participants',
  `with people as (
     select customer_id, max(progress) as progress from participants
     where shop_id = $1 and activity_id = any($2::uuid[]) and absorbed_at is null group by 1
   ), firsts as (
     select p.customer_id, (select min(o.placed_at) from orders o where o.shop_id = $1 and o.customer_id = p.customer_id
       and o.status <> 'cancelled') as first_at from people p
   )
   select count(*)::int as participants, count(*) filter (where progress > 0)::int as active,
     (select count(*) from firsts where first_at >= $3::timestamptz)::int as customers,
     (select count(*) from people p join loyalty_members m on m.shop_id = $1 and m.customer_id = p.customer_id
       where m.enrolled_at >= $3::timestamptz)::int as members
   from people`,
);

export async function sumPeople(
  on: Reader,
  shopId: string,
  { activityIds, since }: ReportScope,
): Promise<People> {
  const [row] = await selectPeople(on, [shopId, activityIds, since]);
  if (!row) throw new Error('sums without a row');
  return {
    participants: row.participants,
    activeParticipants: row.active,
    newCustomers: row.customers,
    newMembers: row.members,
  };
}

/** What counts of one kind: what counts in several activities is one. */
export interface CountedSum {
  readonly sourceType: SourceType;
  readonly sources: number;
  /** What they come to, in minor units. */
  readonly amount: bigint;
}

// Along participants_activity_idx and participant_counts_participant_idx.
const selectCounted = preparedSql<{ source_type: SourceType; sources: number; amount: string }>(
  'sum_activity_counts',
  `select source_type, count(*)::int as sources, sum(amount)::text as amount from (
     select c.source_type, c.source_id, max(c.source_amount) as amount
     from participants p join participant_counts c on c.shop_id = $1 and c.participant_id = p.id
     where p.shop_id = $1 and p.activity_id = any($2::uuid[]) and c.units > 0 group by 1, 2) s
   group by 1 order by 1`,
);

export const sumCounted = async (
  on: Reader,
  shopId: string,
  { activityIds }: ReportScope,
): Promise<CountedSum[]> =>
  (await selectCounted(on, [shopId, activityIds])).map(({ source_type, sources, amount }) => ({
    sourceType: source_type,
    sources,
    amount: BigInt(amount),
  }));

/** Rewards of one kind in one state. */
export interface RewardSum {
  readonly kind: Reward['kind'];
  readonly state: RewardState;
  readonly rewards: number;
  /** What they are worth, in minor units. */
  readonly valueAmount: bigint;
}

// Along activity_rewards_activity_idx.
const selectRewards = preparedSql<{
  kind: Reward['kind'];
  state: RewardState;
  rewards: number;
  amount: string;
}>(
  'sum_activity_rewards',
  `select kind, state, count(*)::int as rewards, sum(value_amount)::text as amount from activity_rewards
   where shop_id = $1 and activity_id = any($2::uuid[]) group by 1, 2 order by 1, 2`,
);

export const sumRewards = async (
  on: Reader,
  shopId: string,
  { activityIds }: ReportScope,
): Promise<RewardSum[]> =>
  (await selectRewards(on, [shopId, activityIds])).map(({ kind, state, rewards, amount }) => ({
    kind,
    state,
    rewards,
    valueAmount: BigInt(amount),
  }));

/** From where participants of an activity came. */
export interface Origin {
  readonly activityId: string;
  readonly channel: string;
  readonly source: string | null;
  readonly participants: number;
  readonly activeParticipants: number;
}

interface OriginRow extends Record<string, unknown> {
  activity_id: string;
  channel: string;
  source: string | null;
  participants: number;
  active: number;
  origins: number;
}

// Along participants_activity_idx.
const selectOrigins = preparedSql<OriginRow>(
  'list_activity_origins',
  `select activity_id, channel, source, count(*)::int as participants, count(*) filter (where progress > 0)::int as active,
     (count(*) over ())::int as origins from participants
   where shop_id = $1 and activity_id = any($2::uuid[]) and absorbed_at is null
   group by 1, 2, 3 order by participants desc, activity_id, channel, source limit $3`,
);

/** The origins that brought most, with how many there are. */
export async function listOrigins(
  on: Reader,
  shopId: string,
  { activityIds }: ReportScope,
  limit: number,
): Promise<{ readonly origins: Origin[]; readonly originsCount: number }> {
  const rows = await selectOrigins(on, [shopId, activityIds, limit]);
  const origins = rows.map(({ activity_id, channel, source, participants, active }) => ({
    activityId: activity_id,
    channel,
    source,
    participants,
    activeParticipants: active,
  }));
  return { origins, originsCount: rows[0]?.origins ?? 0 };
}

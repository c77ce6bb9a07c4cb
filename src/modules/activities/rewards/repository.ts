import { and, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../../platform/db/prepared.ts';
import { rowInsert } from '../../../platform/db/records.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import type { RewardState } from '../states.ts';
import { type ActivityReward, activityRewards } from '../tables.ts';

const insertRows = rowInsert('insert_activity_rewards', activityRewards);

export const insertRewards = async (tx: Tx, rows: readonly ActivityReward[]): Promise<void> =>
  void (await insertRows(tx, rows));

const p = sql.placeholder;
const withId = and(eq(activityRewards.shopId, p('shopId')), eq(activityRewards.id, p('id')));
const selectOne = prepared('select_activity_reward', (db) => db.select().from(activityRewards).where(withId));
const lockOne = prepared('lock_activity_reward', (db) =>
  db.select().from(activityRewards).where(withId).for('no key update'),
);
// By activity_rewards_earned_key.
const lockEarned = prepared('lock_earned_rewards', (db) =>
  db
    .select()
    .from(activityRewards)
    .where(
      and(
        eq(activityRewards.shopId, p('shopId')),
        eq(activityRewards.participantId, p('participantId')),
        eq(activityRewards.earnedBy, p('earnedBy')),
      ),
    )
    .orderBy(activityRewards.position)
    .for('no key update'),
);

/** A reward, for a customer only their own; else `not_found`. */
export async function getReward(
  on: Reader,
  shopId: string,
  id: string,
  customerId?: string,
): Promise<ActivityReward> {
  const [row] = await selectOne(on, { shopId, id });
  if (!row || (customerId !== undefined && row.customerId !== customerId)) throw platformErrors.not_found();
  return row;
}

/** The same, locked: after its customer. */
export async function lockReward(tx: Tx, shopId: string, id: string): Promise<ActivityReward> {
  const [row] = await lockOne(tx, { shopId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

/** What a participant earned by one thing, locked, in its order. */
export const lockEarnedBy = (
  tx: Tx,
  shopId: string,
  participantId: string,
  earnedBy: string,
): Promise<ActivityReward[]> => lockEarned(tx, { shopId, participantId, earnedBy });

/** Changes a locked reward, one version further. */
export async function updateReward(
  tx: Tx,
  current: ActivityReward,
  changes: Partial<ActivityReward>,
): Promise<ActivityReward> {
  const [row] = await tx
    .update(activityRewards)
    .set({ ...changes, version: current.version + 1 })
    .where(
      and(
        eq(activityRewards.shopId, current.shopId),
        eq(activityRewards.id, current.id),
        eq(activityRewards.state, current.state),
        eq(activityRewards.version, current.version),
      ),
    )
    .returning();
  if (!row) throw platformErrors.version_conflict();
  return row;
}

// By activity_rewards_due_idx.
const selectDue = preparedSql<{ id: string }>(
  'list_due_activity_rewards',
  'select id from activity_rewards where shop_id = $1 and due_at <= $2 order by due_at, id limit $3',
);

/** What is to be given now, what was owed first first. */
export const listDueRewards = async (
  on: Reader,
  shopId: string,
  now: Date,
  limit: number,
): Promise<string[]> => (await selectDue(on, [shopId, now, limit])).map(({ id }) => id);

// By activity_rewards_customer_idx.
const wakeStatement = preparedSql<{ id: string }>(
  'wake_activity_rewards',
  `update activity_rewards set due_at = $3, version = version + 1, updated_at = $3
   where shop_id = $1 and customer_id = $2 and state = 'owed' and due_at > $3 returning id`,
);

/** What a customer is owed is tried again now. Returns how much it is. */
export const wakeRewardsOf = async (tx: Tx, shopId: string, customerId: string, now: Date): Promise<number> =>
  (await wakeStatement(tx, [shopId, customerId, now])).length;

const keyset = createKeyset({
  name: 'activity-rewards',
  table: activityRewards,
  filters: {
    activityId: (value) => sql`${activityRewards.activityId} = ${value}`,
    customerId: (value) => sql`${activityRewards.customerId} = ${value}`,
    state: (value) => sql`${activityRewards.state} = ${value}`,
  },
  // By the primary key, activity_rewards_activity_idx and activity_rewards_customer_idx.
  sorts: { '-id': { columns: [activityRewards.id], direction: 'desc' } },
});

export interface RewardQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly activityId?: string;
  readonly customerId?: string;
  readonly state?: RewardState;
}

/** What was earned, newest first. */
export const listRewardRows = (
  on: Reader,
  shopId: string,
  query: RewardQuery,
): Promise<Page<ActivityReward>> => {
  const { activityId, customerId, state } = query;
  return keyset(on, { shopId, page: query, sort: '-id', filters: { activityId, customerId, state } });
};

import { and, eq, sql } from 'drizzle-orm';
import type { Reader } from '../../platform/db/client.ts';
import { prepared } from '../../platform/db/prepared.ts';
import { type ActivityReward, activityRewards, type Participant, participants } from './tables.ts';

const p = sql.placeholder;
// By participants_customer_idx and activity_rewards_customer_idx.
const selectParticipants = prepared('select_participants_of_customer', (db) =>
  db
    .select()
    .from(participants)
    .where(and(eq(participants.shopId, p('shopId')), eq(participants.customerId, p('customerId'))))
    .orderBy(participants.joinedAt, participants.id),
);
const selectRewards = prepared('select_activity_rewards_of_customer', (db) =>
  db
    .select()
    .from(activityRewards)
    .where(and(eq(activityRewards.shopId, p('shopId')), eq(activityRewards.customerId, p('customerId'))))
    .orderBy(activityRewards.id),
);

export const participantRowsOf = (on: Reader, shopId: string, customerId: string): Promise<Participant[]> =>
  selectParticipants(on, { shopId, customerId });

export const rewardRowsOf = (on: Reader, shopId: string, customerId: string): Promise<ActivityReward[]> =>
  selectRewards(on, { shopId, customerId });

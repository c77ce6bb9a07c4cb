import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { newId } from '../../../platform/ids.ts';
import { enqueue } from '../../../platform/jobs/queue.ts';
import { rewardEvent, rewardEvents } from '../events.ts';
import type { ActivityReward, Participant } from '../tables.ts';
import { insertRewards, lockEarnedBy, updateReward } from './repository.ts';
import { valueOf } from './rules.ts';
import type { Reward } from './schemas.ts';
import { withdrawGiven } from './withdraw.ts';

/** The job that gives what is owed in a shop at once; the sweep would do it within a minute. */
export const GIVE_TASK = 'activities.give_rewards';

/**
 * Building block: a participant, who is locked, has earned rewards by one thing. They are owed from here on, and given in a transaction of
 * their own. What they earned by it before and lost again they have again.
 */
export async function oweRewards(
  tx: Tx,
  ctx: Ctx,
  participant: Participant,
  earnedBy: string,
  rewards: readonly Reward[],
): Promise<void> {
  const known = await lockEarnedBy(tx, ctx.shop.id, participant.id, earnedBy);
  const owed =
    known.length > 0 ? await oweAgain(tx, ctx, known) : await oweNew(tx, ctx, participant, earnedBy, rewards);
  if (owed.length === 0) return;
  await appendEvents(
    tx,
    ctx,
    owed.map((reward) => rewardEvent(ctx, rewardEvents.owed, reward)),
  );
  await giveSoon(tx, ctx);
}

/** Building block: what is owed is given as soon as this is committed. */
export const giveSoon = (tx: Tx, { shop }: Ctx): Promise<void> =>
  enqueue(tx, GIVE_TASK, { shopId: shop.id }, { key: `activity_rewards/${shop.id}` });

async function oweNew(
  tx: Tx,
  ctx: Ctx,
  { id: participantId, activityId, customerId }: Participant,
  earnedBy: string,
  rewards: readonly Reward[],
): Promise<ActivityReward[]> {
  const rows = rewards.map(
    (reward, position): ActivityReward => ({
      shopId: ctx.shop.id,
      id: newId(),
      activityId,
      participantId,
      customerId,
      earnedBy,
      position,
      kind: reward.kind,
      reward,
      valueAmount: valueOf(reward),
      state: 'owed',
      owedCount: 1,
      heldReason: null,
      dueAt: ctx.now,
      givenId: null,
      givenAt: null,
      version: 1,
      createdAt: ctx.now,
      updatedAt: ctx.now,
    }),
  );
  await insertRewards(tx, rows);
  return rows;
}

async function oweAgain(tx: Tx, ctx: Ctx, known: readonly ActivityReward[]): Promise<ActivityReward[]> {
  const lost = known.filter(({ state }) => state === 'withdrawn');
  const changes = {
    state: 'owed',
    dueAt: ctx.now,
    givenId: null,
    givenAt: null,
    updatedAt: ctx.now,
  } as const;
  const owed: ActivityReward[] = [];
  for (const reward of lost)
    owed.push(await updateReward(tx, reward, { ...changes, owedCount: reward.owedCount + 1 }));
  return owed;
}

/**
 * Building block: what a participant, who is locked, had earned by one thing is not theirs any more. What was given already is taken back
 * as far as it is still there; what cannot be is the shop's loss and stays with them.
 */
export async function unoweRewards(
  tx: Tx,
  ctx: Ctx,
  { id: participantId }: Participant,
  earnedBy: string,
): Promise<void> {
  for (const reward of await lockEarnedBy(tx, ctx.shop.id, participantId, earnedBy)) {
    if (reward.state === 'withdrawn') continue;
    if (reward.state === 'given' && !(await withdrawGiven(tx, ctx, reward))) continue;
    const withdrawn = await updateReward(tx, reward, {
      state: 'withdrawn',
      dueAt: null,
      heldReason: null,
      updatedAt: ctx.now,
    });
    await appendEvents(tx, ctx, [rewardEvent(ctx, rewardEvents.withdrawn, withdrawn)]);
  }
}

import { type Ctx, type Deps, systemContext } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { Problem } from '../../../platform/errors.ts';
import type { Subscriber } from '../../../platform/events/dispatcher.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Sweep } from '../../../platform/jobs/sweeps.ts';
import { getShop } from '../../../platform/shops/shop.ts';
import { after, HOUR_MS } from '../../../platform/time.ts';
import { giveCoupon } from '../../campaigns/coupons/give.ts';
import { holdSurvivor } from '../../customers/standing.ts';
import { rewards as rewardsAccount } from '../../ledger/accounts.ts';
import { memberEvents } from '../../loyalty/events.ts';
import { grantGift } from '../../loyalty/gifts/grants.ts';
import { givePoints } from '../../loyalty/give.ts';
import { creditWallet } from '../../wallets/credit.ts';
import { rewardEvent, rewardEvents } from '../events.ts';
import { type ActivityReward, activityRewards } from '../tables.ts';
import { getReward, listDueRewards, lockReward, updateReward, wakeRewardsOf } from './repository.ts';
import { giftSourceOf } from './rules.ts';
import { GIVE_TASK, giveSoon } from './owe.ts';

const BATCH = 50;
// What cannot be given for a reason of the shop's, such as a coupon that is not issued any more, is tried again.
const AGAIN_AFTER_MS = 6 * HOUR_MS;

/** Gives what is owed, each in a transaction of its own. Returns how many were tried. */
async function giveDueRewards(ctx: Ctx): Promise<number> {
  const ids = await listDueRewards(ctx.db, ctx.shop.id, ctx.now, BATCH);
  for (const id of ids) await giveOwed(ctx, id);
  return ids.length;
}

async function giveOwed(ctx: Ctx, id: string): Promise<void> {
  try {
    await inTransaction(ctx, (tx) => give(tx, ctx, id));
  } catch (error) {
    if (!(error instanceof Problem) || error.definition.status >= 500) throw error;
    await inTransaction(ctx, (tx) => hold(tx, ctx, id, error.definition.code));
  }
}

/** The customer first, as everywhere; then the reward, then what belongs to the module that gives it. */
async function give(tx: Tx, ctx: Ctx, id: string): Promise<void> {
  const seen = await getReward(tx, ctx.shop.id, id);
  const customerId = await holdSurvivor(tx, ctx.shop.id, seen.customerId);
  const reward = await lockReward(tx, ctx.shop.id, id);
  if (reward.state !== 'owed' || reward.dueAt === null || reward.dueAt > ctx.now) return;
  if (customerId === undefined) return withdrawUnclaimed(tx, ctx, reward);
  const givenId = await giveKind(tx, ctx, { ...reward, customerId });
  const given = await updateReward(tx, reward, {
    state: 'given',
    customerId,
    givenId,
    givenAt: ctx.now,
    dueAt: null,
    heldReason: null,
    updatedAt: ctx.now,
  });
  await appendEvents(tx, ctx, [rewardEvent(ctx, rewardEvents.given, given)]);
}

/** Nobody is there any more to have it. */
async function withdrawUnclaimed(tx: Tx, ctx: Ctx, reward: ActivityReward): Promise<void> {
  const changes = { state: 'withdrawn', dueAt: null, heldReason: null, updatedAt: ctx.now } as const;
  const withdrawn = await updateReward(tx, reward, changes);
  await appendEvents(tx, ctx, [rewardEvent(ctx, rewardEvents.withdrawn, withdrawn)]);
}

/** What it gives is told apart by the reward and how often it was owed, so that it is given once for each. */
async function giveKind(tx: Tx, ctx: Ctx, owed: ActivityReward): Promise<string> {
  const { reward, customerId } = owed;
  const { source, sourceKey } = giftSourceOf(owed);
  switch (reward.kind) {
    case 'points':
      return (await givePoints(tx, ctx, customerId, { points: BigInt(reward.points), source, sourceKey })).id;
    case 'coupon':
      return (await giveCoupon(tx, ctx, reward.couponDefinitionId, customerId)).id;
    case 'stored_value': {
      const credit = { customerId, amount: BigInt(reward.amount), from: rewardsAccount() };
      const subject = { type: 'activity_reward', id: owed.id };
      return (await creditWallet(tx, ctx, { ...credit, subject, kind: 'credited', reason: 'reward' })).id;
    }
    case 'goods': {
      const { name, quantity, productId = null } = reward;
      return grantGift(tx, ctx, { customerId, source, sourceKey, productId, name, quantity });
    }
  }
}

/** Keeps why it cannot be given yet. */
async function hold(tx: Tx, ctx: Ctx, id: string, heldReason: string): Promise<void> {
  const reward = await lockReward(tx, ctx.shop.id, id);
  if (reward.state !== 'owed' || reward.dueAt === null || reward.dueAt > ctx.now) return;
  await updateReward(tx, reward, { heldReason, dueAt: after(ctx.now, AGAIN_AFTER_MS), updatedAt: ctx.now });
}

export const rewardSweep: Sweep = {
  name: 'activities.rewards',
  due: activityRewards.dueAt,
  run: giveDueRewards,
};

export const rewardTasks = {
  [GIVE_TASK]: async (deps: Deps, { shopId }: { readonly shopId: string }): Promise<void> => {
    const shop = await getShop(deps.db, shopId);
    while ((await giveDueRewards(systemContext(deps, shop, GIVE_TASK))) > 0);
  },
};

/** Points that wait for their customer to become a member are given when they do. */
export const rewardSubscribers: readonly Subscriber[] = [
  {
    name: 'activities.rewards',
    events: [memberEvents.enrolled],
    async handle(tx, ctx, { subject_id: customerId }) {
      if ((await wakeRewardsOf(tx, ctx.shop.id, customerId, ctx.now)) > 0) await giveSoon(tx, ctx);
    },
  },
];

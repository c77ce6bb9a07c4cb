import { isDeepStrictEqual } from 'node:util';
import { sumOf } from '../../../platform/money.ts';
import type { ActivityReward } from '../tables.ts';
import type { Reward } from './schemas.ts';

/** What a reward is worth, in minor units: goods at what they cost on the market. */
export function valueOf(reward: Reward): bigint {
  if (reward.kind === 'stored_value') return BigInt(reward.amount);
  if (reward.kind === 'goods') return BigInt(reward.marketAmount) * BigInt(reward.quantity);
  return BigInt(reward.valueAmount ?? 0);
}

/** What several rewards are worth together. */
export const valueOfAll = (rewards: readonly Reward[]): bigint => sumOf(rewards.map(valueOf));

/** Whether one reward is at least as much as another of the same kind. */
export function isNoLess(after: Reward, before: Reward): boolean {
  if (after.kind === 'points' && before.kind === 'points') return after.points >= before.points;
  if (after.kind === 'stored_value' && before.kind === 'stored_value') return after.amount >= before.amount;
  if (after.kind === 'goods' && before.kind === 'goods')
    return (
      after.quantity >= before.quantity &&
      isDeepStrictEqual({ ...after, quantity: 0 }, { ...before, quantity: 0 })
    );
  return isDeepStrictEqual(after, before);
}

/** How the module that gives it knows a reward: each time that it is owed it is given once. */
export const giftSourceOf = ({ id, owedCount }: Pick<ActivityReward, 'id' | 'owedCount'>) =>
  ({ source: 'activity', sourceKey: `${id}:${owedCount}` }) as const;

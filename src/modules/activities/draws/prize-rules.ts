import type { Reward } from '../rewards/schemas.ts';
import { valueOfAll } from '../rewards/rules.ts';

interface Prize {
  readonly stock: number | null;
  readonly rewards: readonly Reward[];
}

/** Whether a reward says what it is worth. Prizes must: what a draw may promise is limited by market value. */
export const hasValue = (reward: Reward): boolean =>
  reward.kind === 'goods' || reward.kind === 'stored_value' || reward.valueAmount !== undefined;

/** What so many tickets of one purchase can bring at most, in minor units: the best prizes, as far as there are so many. */
export function bestOf(prizes: readonly Prize[], tickets: number): bigint {
  let [left, sum] = [tickets, 0n];
  const byValue = prizes
    .map(({ stock, rewards }) => ({ stock, value: valueOfAll(rewards) }))
    .toSorted((a, b) => (a.value < b.value ? 1 : -1));
  for (const { stock, value } of byValue) {
    const count = stock === null ? left : Math.min(left, stock);
    sum += value * BigInt(count);
    left -= count;
  }
  return sum;
}

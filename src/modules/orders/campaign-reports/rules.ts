import { divideRounded, sumOf } from '../../../platform/money.ts';
import type { CampaignPlan } from '../../campaigns/tables.ts';
import type { CampaignFigures, Given } from './repository.ts';

export const GOALS = ['orders', 'participants', 'members', 'revenueAmount', 'discountAmount'] as const;
export type Goal = (typeof GOALS)[number];

/** What was planned of one thing, and what came of it. Amounts are minor units, the others counts. */
export interface Reached {
  readonly goal: Goal;
  readonly planned: bigint;
  readonly actual: bigint;
  /** In basis points of the plan; undefined where nothing was planned. */
  readonly reachedBps: bigint | undefined;
}

/** What campaigns gave away in all: discounts, freight, and what gifts cost. */
export const totalGiven = (given: readonly Given[]): bigint =>
  sumOf(
    given.flatMap(({ discountAmount, freightAmount, giftCostAmount }) => [
      discountAmount,
      freightAmount,
      giftCostAmount,
    ]),
  );

/** What campaigns brought, beside what was planned. */
export const compareWithPlan = (
  plan: CampaignPlan,
  figures: CampaignFigures,
  given: readonly Given[],
): Reached[] =>
  comparePlan(plan, {
    orders: BigInt(figures.heldOrders + figures.usedOrders),
    participants: BigInt(figures.participants),
    members: BigInt(figures.newCustomers),
    revenueAmount: figures.revenueAmount,
    discountAmount: totalGiven(given),
  });

/** A plan beside what came of it, in the order of the goals. */
export const comparePlan = (plan: CampaignPlan, actuals: Readonly<Record<Goal, bigint>>): Reached[] =>
  GOALS.flatMap((goal): Reached[] => {
    const wanted = plan[goal];
    if (wanted === undefined) return [];
    const [planned, actual] = [BigInt(wanted), actuals[goal]];
    return [
      {
        goal,
        planned,
        actual,
        reachedBps: planned === 0n ? undefined : divideRounded(actual * 10_000n, planned),
      },
    ];
  });

import type { Ctx } from '../../../platform/context.ts';
import { sumOf } from '../../../platform/money.ts';
import { readProgramme } from '../../campaigns/programmes/programmes.ts';
import type { CampaignPlan } from '../../campaigns/tables.ts';
import { comparePlan, type Reached } from '../../orders/campaign-reports/rules.ts';
import { getActivity, listOfProgramme, type WholeActivity } from '../repository.ts';
import {
  type CountedSum,
  listOrigins,
  type Origin,
  type People,
  type RewardSum,
  sumCounted,
  sumPeople,
  sumRewards,
} from './repository.ts';

/** How many origins a report shows: the greatest. */
export const ORIGINS_SHOWN = 200;

/** What activities brought, beside what was planned. */
export interface ActivityReport {
  /** When the first of them began. */
  readonly since: Date | null;
  readonly people: People;
  readonly counted: readonly CountedSum[];
  readonly rewards: readonly RewardSum[];
  readonly origins: readonly Origin[];
  readonly originsCount: number;
  readonly plan: readonly Reached[];
}

/** What an activity brought. Refusal: not_found. */
export async function readActivityReport(ctx: Ctx, id: string): Promise<ActivityReport> {
  const whole = await getActivity(ctx.db, ctx.shop.id, id);
  return reportOf(ctx, [whole], whole.row.plan);
}

/**
 * What the activities of a programme brought together: who takes part in two of them is one participant, an order that counts in two is one
 * order. Refusal: not_found.
 */
export async function readProgrammeActivityReport(ctx: Ctx, programmeId: string): Promise<ActivityReport> {
  const { plan } = await readProgramme(ctx, programmeId);
  return reportOf(ctx, await listOfProgramme(ctx.db, ctx.shop.id, programmeId), plan);
}

async function reportOf(
  ctx: Ctx,
  activities: readonly WholeActivity[],
  plan: CampaignPlan,
): Promise<ActivityReport> {
  const began = activities.flatMap(({ row }) => row.startedAt?.getTime() ?? []);
  const since = began.length > 0 ? new Date(Math.min(...began)) : null;
  const scope = { activityIds: activities.map(({ row }) => row.id), since };
  const [people, counted, rewards, { origins, originsCount }] = await Promise.all([
    sumPeople(ctx.db, ctx.shop.id, scope),
    sumCounted(ctx.db, ctx.shop.id, scope),
    sumRewards(ctx.db, ctx.shop.id, scope),
    listOrigins(ctx.db, ctx.shop.id, scope, ORIGINS_SHOWN),
  ]);
  const orders = counted.find(({ sourceType }) => sourceType === 'order');
  const reached = comparePlan(plan, {
    orders: BigInt(orders?.sources ?? 0),
    participants: BigInt(people.participants),
    members: BigInt(people.newCustomers),
    revenueAmount: orders?.amount ?? 0n,
    discountAmount: sumOf(
      rewards.filter(({ state }) => state === 'given').map(({ valueAmount }) => valueAmount),
    ),
  });
  return { since, people, counted, rewards, origins, originsCount, plan: reached };
}

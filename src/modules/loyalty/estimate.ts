import type { Ctx } from '../../platform/context.ts';
import { earnedOf, earningLineOf, limitsOf } from './earn.ts';
import type { Earned } from './earning-rules.ts';
import { findMember } from './member-repository.ts';
import { findProgramme } from './programme-repository.ts';
import { tierMultiplierBps } from './tiers/rules.ts';
import type { Purchase } from './purchase.ts';

/** What a basket would earn, and whether its buyer takes part: others would earn it as members. */
export interface PointsEstimate extends Earned {
  readonly isMember: boolean;
}

/** What a basket earns that is paid now; undefined where there is no programme. By the functions that give the points. */
export async function estimatePoints(
  ctx: Ctx,
  basket: Pick<Purchase, 'campaignMultiplierBps'> & {
    readonly customerId: string | null;
    readonly lines: readonly Omit<Purchase['lines'][number], 'lineId'>[];
  },
): Promise<PointsEstimate | undefined> {
  const { customerId, campaignMultiplierBps } = basket;
  const [programme, member] = await Promise.all([
    findProgramme(ctx.db, ctx.shop.id),
    customerId === null ? undefined : findMember(ctx.db, ctx.shop.id, customerId),
  ]);
  if (!programme) return undefined;
  const { rule } = programme;
  const isMember = member !== undefined && member.leftAt === null;
  const buyer = { customerId: isMember ? customerId : null, earnedPoints: 0n, earnedAt: ctx.now };
  const limits = await limitsOf(ctx.db, ctx, rule, buyer);
  const key = isMember ? member.tierKey : null;
  const terms = { tierMultiplierBps: tierMultiplierBps(rule.tiers, key), campaignMultiplierBps };
  const lines = basket.lines.map((line) => earningLineOf(rule, line, line.quantity, line.amount));
  return { ...earnedOf(rule, lines, terms, limits), isMember };
}

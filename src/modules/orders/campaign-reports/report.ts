import type { Ctx } from '../../../platform/context.ts';
import { readCampaign } from '../../campaigns/campaigns.ts';
import { listCampaignIds } from '../../campaigns/programmes/members.ts';
import { readProgramme } from '../../campaigns/programmes/programmes.ts';
import type { CampaignPlan } from '../../campaigns/tables.ts';
import { segmentErrors } from '../../segments/errors.ts';
import { type CampaignFigures, type Given, sumGiven, sumOrders } from './repository.ts';
import { compareWithPlan, type Reached } from './rules.ts';

/** What campaigns brought, beside what was planned. */
export interface CampaignReport {
  readonly from: Date | null;
  readonly to: Date | null;
  readonly figures: CampaignFigures;
  readonly given: readonly Given[];
  readonly plan: readonly Reached[];
}

interface Period {
  readonly from?: string;
  readonly to?: string;
}

/** What a campaign brought by the orders of a period. Refusals: not_found, report_period_empty. */
export async function readCampaignReport(ctx: Ctx, id: string, period: Period): Promise<CampaignReport> {
  const { row } = await readCampaign(ctx, id);
  return reportOf(ctx, [id], row.plan, period);
}

/**
 * What the campaigns of a programme brought together: an order that has two of them is one order. Refusals: not_found,
 * report_period_empty.
 */
export async function readProgrammeReport(ctx: Ctx, id: string, period: Period): Promise<CampaignReport> {
  const { plan } = await readProgramme(ctx, id);
  return reportOf(ctx, await listCampaignIds(ctx, id), plan, period);
}

async function reportOf(
  ctx: Ctx,
  campaignIds: readonly string[],
  plan: CampaignPlan,
  period: Period,
): Promise<CampaignReport> {
  const [from, to] = [momentOf(period.from), momentOf(period.to)];
  if (from && to && from >= to) throw emptyPeriod();
  const scope = { campaignIds, from, to };
  const [figures, given] = await Promise.all([
    sumOrders(ctx.db, ctx.shop.id, scope),
    sumGiven(ctx.db, ctx.shop.id, scope),
  ]);
  return { from, to, figures, given, plan: compareWithPlan(plan, figures, given) };
}

const momentOf = (value: string | undefined): Date | null => (value === undefined ? null : new Date(value));

function emptyPeriod(): Error {
  const detail = 'It has to be later than `from`.';
  const violation = { in: 'query', pointer: '/to', code: 'report_period_empty', detail } as const;
  return segmentErrors.report_period_empty(undefined, { violations: [violation] });
}

import type { Ctx } from '../../platform/context.ts';
import { segmentErrors } from './errors.ts';
import { type Figures, type Period, sumFigures } from './report-repository.ts';
import { getSegment, listLive } from './repository.ts';
import type { Segment } from './tables.ts';

/** A segment with what its members bought, what work they were, and the same of the shop as a whole. */
export interface SegmentView {
  readonly segment: Segment;
  readonly figures: Figures;
  readonly whole: Figures;
}

const NOTHING: Figures = { customerCount: 0, buyerCount: 0, purchaseCount: 0, sales: 0n, minutes: 0n };
const ALWAYS: Period = { from: undefined, to: undefined };

/** A segment with its figures over all times. Refusal: not_found. */
export async function readSegment(ctx: Ctx, id: string): Promise<SegmentView> {
  const segment = await getSegment(ctx.db, ctx.shop.id, id);
  const { whole, bySegment } = await sumFigures(ctx.db, ctx.shop.id, [segment.id], ALWAYS);
  return { segment, figures: bySegment.get(segment.id) ?? NOTHING, whole };
}

/** Sales by segment against effort by segment. */
export interface SegmentReport {
  readonly period: Period;
  readonly whole: Figures;
  readonly views: readonly SegmentView[];
}

/**
 * What the members of each segment bought in a period and what work they were: those who are in it now. Refusal:
 * report_period_empty.
 */
export async function readSegmentReport(
  ctx: Ctx,
  query: { readonly from?: string; readonly to?: string },
): Promise<SegmentReport> {
  const period = { from: momentOf(query.from), to: momentOf(query.to) };
  if (period.from && period.to && period.from >= period.to) {
    const code = 'report_period_empty';
    const violation = {
      in: 'query',
      pointer: '/to',
      code,
      detail: 'It has to be later than `from`.',
    } as const;
    throw segmentErrors.report_period_empty(undefined, { violations: [violation] });
  }
  const segments = await listLive(ctx.db, ctx.shop.id);
  const { whole, bySegment } = await sumFigures(
    ctx.db,
    ctx.shop.id,
    segments.map(({ id }) => id),
    period,
  );
  const views = segments.map((segment) => ({
    segment,
    figures: bySegment.get(segment.id) ?? NOTHING,
    whole,
  }));
  return { period, whole, views };
}

const momentOf = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(text.toUpperCase());

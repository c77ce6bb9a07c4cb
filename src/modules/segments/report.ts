import type { Ctx } from '../../platform/context.ts';
import type { Problem } from '../../platform/errors.ts';
import { segmentErrors } from './errors.ts';
import { type Figures, type Period, sumFigures } from './report-repository.ts';
import { listLive, listNamed } from './repository.ts';
import type { Segment } from './tables.ts';

/** A segment with what its members bought and what work they were. */
export interface SegmentView {
  readonly segment: Segment;
  readonly figures: Figures;
}

const NOTHING: Figures = { customerCount: 0, buyerCount: 0, purchaseCount: 0, sales: 0n, minutes: 0n };

/** Sales by segment against effort by segment. */
export interface SegmentReport {
  readonly period: Period;
  readonly whole: Figures;
  readonly views: readonly SegmentView[];
}

/**
 * What the members of each segment bought in a period and what work they were: those who are in it now; of all segments that are
 * not archived, or of one. Refusals: report_period_empty, segment_not_found.
 */
export async function readSegmentReport(
  ctx: Ctx,
  query: { readonly from?: string; readonly to?: string; readonly segmentId?: string },
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
  const { id: shopId } = ctx.shop;
  const segments =
    query.segmentId === undefined
      ? await listLive(ctx.db, shopId)
      : await listNamed(ctx.db, shopId, [query.segmentId]);
  if (segments.length === 0 && query.segmentId !== undefined) throw unknownSegment();
  const { whole, bySegment } = await sumFigures(
    ctx.db,
    shopId,
    segments.map(({ id }) => id),
    period,
  );
  const views = segments.map((segment) => ({
    segment,
    figures: bySegment.get(segment.id) ?? NOTHING,
  }));
  return { period, whole, views };
}

function unknownSegment(): Problem {
  const { code, title } = segmentErrors.segment_not_found;
  const violation = { in: 'query', pointer: '/segmentId', code, detail: title } as const;
  return segmentErrors.segment_not_found(undefined, { violations: [violation] });
}

const momentOf = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(text.toUpperCase());

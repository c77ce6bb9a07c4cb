import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { instantText, uuid } from '../../platform/http/schema.ts';
import { segmentErrors } from './errors.ts';
import { readSegmentReport } from './report.ts';
import { readRfmCells } from './rfm.ts';
import { presentCells, presentReport, RfmCellList, SegmentReportModel } from './schemas.ts';

const tag = 'Segments';

export function reportRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getSegmentReport',
    method: 'GET',
    path: '/v1/segment-report',
    tag,
    summary: 'Report sales by segment against effort by segment',
    description:
      'What those who are in each segment now have bought in a period, and the minutes of work on them in it. Orders count at the ' +
      'moment at which they were placed, with what was kept of them.',
    access: { secret: 'segments:read' },
    query: Type.Object({
      from: Type.Optional(instantText('Since when; always, when absent.')),
      to: Type.Optional(instantText('Until before when; now, when absent.')),
      segmentId: Type.Optional(uuid('Only this segment; all that are not archived, when absent.')),
    }),
    success: { statuses: [200], schema: SegmentReportModel, description: 'The report.' },
    errors: [segmentErrors.report_period_empty, segmentErrors.segment_not_found],
    example: { query: { from: '2026-01-01T00:00:00Z', to: '2026-07-01T00:00:00Z' } },
    run: (ctx, { query }) => readSegmentReport(ctx, query),
    present: (report, ctx) => presentReport(report, ctx.shop.currency),
  });

  operation(app, {
    operationId: 'listRfmCells',
    method: 'GET',
    path: '/v1/rfm-cells',
    tag,
    summary: 'List the RFM cells',
    description:
      'All who bought something, by when they bought last, how often and for how much: scores from 1 to 5 by fifths of the buyers, ' +
      'equal values with equal scores, and a name for each place in the grid. As of now; rules go by the scores of the last midnight ' +
      'after purchases changed.',
    access: { secret: 'segments:read' },
    success: { statuses: [200], schema: RfmCellList, description: 'The cells.' },
    errors: [],
    example: {},
    run: (ctx) => readRfmCells(ctx),
    present: (cells, ctx) => presentCells(cells, ctx.shop.currency),
  });
}

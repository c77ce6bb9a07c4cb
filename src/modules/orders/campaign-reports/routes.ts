import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { uuid } from '../../../platform/http/schema.ts';
import { segmentErrors } from '../../segments/errors.ts';
import { readCampaignReport, readProgrammeReport } from './report.ts';
import { CampaignReportModel, presentReport } from './schemas.ts';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const query = Type.Object({
  from: Type.Optional(
    Type.String({ format: 'date-time', description: 'Only orders that were placed from then on.' }),
  ),
  to: Type.Optional(
    Type.String({ format: 'date-time', description: 'Only orders that were placed before then.' }),
  ),
});
const success = { statuses: [200] as const, schema: CampaignReportModel, description: 'The report.' };

/** What came of campaigns. */
export function campaignReportRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getCampaignReport',
    method: 'GET',
    path: '/v1/campaigns/{campaignId}/report',
    tag: 'Campaigns',
    summary: 'Read what a campaign brought',
    description: 'Plan and actual, from the orders that have it, as they are now.',
    access: { secret: 'campaigns:read' },
    params: Type.Object({ campaignId: uuid('The campaign.') }),
    query,
    success,
    errors: [segmentErrors.report_period_empty],
    example: { params: { campaignId: ID }, query: { from: '2026-01-01T00:00:00Z' } },
    run: (ctx, input) => readCampaignReport(ctx, input.params.campaignId, input.query),
    present: (report, ctx) => presentReport(report, ctx.shop.currency),
  });

  operation(app, {
    operationId: 'getProgrammeReport',
    method: 'GET',
    path: '/v1/programmes/{programmeId}/report',
    tag: 'Campaigns',
    summary: 'Read what a programme brought',
    description: 'Plan and actual of all its campaigns together; an order that has two of them is one order.',
    access: { secret: 'campaigns:read' },
    params: Type.Object({ programmeId: uuid('The programme.') }),
    query,
    success,
    errors: [segmentErrors.report_period_empty],
    example: { params: { programmeId: ID }, query: { from: '2026-01-01T00:00:00Z' } },
    run: (ctx, input) => readProgrammeReport(ctx, input.params.programmeId, input.query),
    present: (report, ctx) => presentReport(report, ctx.shop.currency),
  });
}

import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { uuid } from '../../../platform/http/schema.ts';
import { activityParams, EXAMPLE_ACTIVITY } from '../activity-routes.ts';
import { readActivityReport, readProgrammeActivityReport } from './report.ts';
import { ActivityReportModel, presentActivityReport } from './schemas.ts';

const success = { statuses: [200] as const, schema: ActivityReportModel, description: 'The report.' };

/** What came of activities. */
export function activityReportRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getActivityReport',
    method: 'GET',
    path: '/v1/activities/{activityId}/report',
    tag: 'Activities',
    summary: 'Read what an activity brought',
    description: 'Plan and actual: who takes part and from where, what counts, what it cost.',
    access: { secret: 'activities:read' },
    params: activityParams,
    success,
    errors: [],
    example: { params: EXAMPLE_ACTIVITY },
    run: (ctx, { params }) => readActivityReport(ctx, params.activityId),
    present: (report, ctx) => presentActivityReport(report, ctx.shop.currency),
  });

  operation(app, {
    operationId: 'getProgrammeActivityReport',
    method: 'GET',
    path: '/v1/programmes/{programmeId}/activity-report',
    tag: 'Activities',
    summary: 'Read what the activities of a programme brought',
    description:
      'Plan and actual of all of them together: a customer who takes part in two is one, and so is an order that counts in two.',
    access: { secret: 'activities:read' },
    params: Type.Object({ programmeId: uuid('The programme.') }),
    success,
    errors: [],
    example: { params: { programmeId: '01890a5d-ac96-774b-bcce-b302099a8057' } },
    run: (ctx, { params }) => readProgrammeActivityReport(ctx, params.programmeId),
    present: (report, ctx) => presentActivityReport(report, ctx.shop.currency),
  });
}

import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { ref, uuid } from '../../platform/http/schema.ts';
import { segmentErrors } from './errors.ts';
import { memberRoutes } from './member-routes.ts';
import { previewSegment } from './preview.ts';
import { reportRoutes } from './report-routes.ts';
import {
  presentPreview,
  presentSegment,
  presentVersion,
  SegmentCreate,
  SegmentKind,
  SegmentModel,
  SegmentPage,
  SegmentPreview,
  SegmentPreviewRequest,
  SegmentUpdate,
  SegmentVersionList,
} from './schemas.ts';
import {
  archiveSegment,
  createSegment,
  listSegments,
  readSegment,
  listSegmentVersions,
  updateSegment,
} from './segments.ts';
import { serviceTimeRoutes } from './service-time-routes.ts';

const tag = 'Segments';
const params = Type.Object({ segmentId: uuid('The segment.') });
const EXAMPLE_PARAMS = { segmentId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const ruleErrors = [
  segmentErrors.segment_group_empty,
  segmentErrors.segment_rule_too_large,
  segmentErrors.segment_rule_contradictory,
  segmentErrors.segment_not_found,
  segmentErrors.segment_archived,
];
const RULE = {
  match: 'all',
  conditions: [
    { field: 'country', operator: 'in', values: ['DE', 'AT', 'CH'] },
    { field: 'purchaseCount', operator: 'at_least', value: 3 },
    { field: 'daysSinceLastPurchase', operator: 'at_most', days: 90 },
  ],
  groups: [
    {
      match: 'any',
      conditions: [
        { field: 'totalAmount', operator: 'at_least', amount: 50_000 },
        { field: 'rfmCell', operator: 'in', values: ['champions', 'loyal'] },
      ],
    },
  ],
};

/** Segments: rules, lists, who is in them, what they buy and what work they are. */
export function segmentRoutes(app: FastifyInstance): void {
  createSegmentRoute(app);
  readingRoutes(app);
  updateSegmentRoute(app);
  archiveSegmentRoute(app);
  previewSegmentRoute(app);
  memberRoutes(app);
  reportRoutes(app);
  serviceTimeRoutes(app);
}

function createSegmentRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createSegment',
    method: 'POST',
    path: '/v1/segments',
    tag,
    summary: 'Make a segment',
    description:
      'With a rule, whoever fits it is in the segment: all customers are looked at in a moment, then each of them whenever ' +
      'something about them changes, and at midnight of the shop’s time zone where time alone changes it. Without a rule it is a ' +
      'list. A rule has groups in three levels and up to 100 conditions; a shop has up to 200 segments that are not archived.',
    access: { secret: 'segments:write' },
    body: SegmentCreate,
    success: { statuses: [201], schema: SegmentModel, description: 'The segment.' },
    errors: [...ruleErrors, segmentErrors.segment_limit_reached],
    example: { body: { name: 'Regulars', description: 'Get the catalogue by post.', rule: RULE } },
    run: (ctx, { body }) => createSegment(ctx, body),
    present: presentSegment,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listSegments',
    method: 'GET',
    path: '/v1/segments',
    tag,
    summary: 'List segments',
    description: 'Newest first, also archived ones.',
    access: { secret: 'segments:read' },
    query: Type.Object({
      ...pageQuery,
      kind: Type.Optional(ref(SegmentKind, { description: 'Only those of this kind.' })),
      isArchived: Type.Optional(Type.Boolean({ description: 'Only archived ones, or only the others.' })),
    }),
    success: { statuses: [200], schema: SegmentPage, description: 'A page of segments.' },
    errors: [],
    example: { query: { limit: 20, isArchived: false } },
    run: (ctx, { query }) => listSegments(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentSegment), nextCursor }),
  });

  operation(app, {
    operationId: 'getSegment',
    method: 'GET',
    path: '/v1/segments/{segmentId}',
    tag,
    summary: 'Read a segment',
    description: 'With its size. What its members buy and what work they are tells the report of segments.',
    access: { secret: 'segments:read' },
    params,
    success: { statuses: [200], schema: SegmentModel, description: 'The segment.' },
    errors: [],
    example: { params: EXAMPLE_PARAMS },
    run: (ctx, { params: { segmentId } }) => readSegment(ctx, segmentId),
    present: presentSegment,
  });

  operation(app, {
    operationId: 'listSegmentVersions',
    method: 'GET',
    path: '/v1/segments/{segmentId}/versions',
    tag,
    summary: 'List the rules that a segment had',
    description: 'Newest first, all of them. A list has none.',
    access: { secret: 'segments:read' },
    params,
    success: { statuses: [200], schema: SegmentVersionList, description: 'The rules.' },
    errors: [],
    example: { params: EXAMPLE_PARAMS },
    run: (ctx, { params: { segmentId } }) => listSegmentVersions(ctx, segmentId),
    present: (rows) => ({ data: rows.map(presentVersion) }),
  });
}

function updateSegmentRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'updateSegment',
    method: 'PATCH',
    path: '/v1/segments/{segmentId}',
    tag,
    summary: 'Change a segment',
    description:
      'JSON merge patch; a rule is replaced as a whole. Another rule is another version of it, by which all customers are looked at ' +
      'in a moment.',
    access: { secret: 'segments:write' },
    versioned: true,
    params,
    body: SegmentUpdate,
    success: { statuses: [200], schema: SegmentModel, description: 'The segment as it is now.' },
    errors: [...ruleErrors, segmentErrors.segment_cycle, segmentErrors.segment_is_list],
    example: {
      params: EXAMPLE_PARAMS,
      body: {
        name: 'Good regulars',
        rule: {
          match: 'all',
          conditions: [{ field: 'purchaseCount', operator: 'at_least', value: 5 }],
        },
      },
    },
    run: (ctx, { params: { segmentId }, body }) => updateSegment(ctx, segmentId, body),
    present: presentSegment,
  });
}

function archiveSegmentRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'archiveSegment',
    method: 'POST',
    path: '/v1/segments/{segmentId}/archive',
    tag,
    summary: 'Archive a segment',
    description:
      'Nobody is in it any more, and nothing new can refer to it. Who was in it stays known. Archiving again changes nothing.',
    access: { secret: 'segments:write' },
    versioned: true,
    params,
    success: { statuses: [200], schema: SegmentModel, description: 'The segment.' },
    errors: [segmentErrors.segment_in_use],
    example: { params: EXAMPLE_PARAMS },
    run: (ctx, { params: { segmentId } }) => archiveSegment(ctx, segmentId),
    present: presentSegment,
  });
}

function previewSegmentRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'previewSegment',
    method: 'POST',
    path: '/v1/segments/preview',
    tag,
    summary: 'Try out a rule',
    description:
      'How many customers would be in a segment of this rule now, and a few of them. Writes nothing. RFM scores are known where a ' +
      'segment of the shop goes by them.',
    access: { secret: 'segments:read' },
    body: SegmentPreviewRequest,
    success: { statuses: [200], schema: SegmentPreview, description: 'Who would be in it.' },
    errors: ruleErrors,
    example: { body: { rule: RULE } },
    run: (ctx, { body }) => previewSegment(ctx, body.rule),
    present: presentPreview,
  });
}

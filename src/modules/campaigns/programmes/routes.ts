import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, text, uuid } from '../../../platform/http/schema.ts';
import { namedErrors, ruleErrors } from '../campaign-routes.ts';
import { campaignErrors as e } from '../errors.ts';
import {
  createProgramme,
  listProgrammes,
  readProgramme,
  readProgrammeByExternalId,
  updateProgramme,
} from './programmes.ts';
import {
  presentProgramme,
  ProgrammeCreate,
  ProgrammeEnd,
  ProgrammeModel,
  ProgrammePage,
  ProgrammeStateName,
  ProgrammeUpdate,
} from './schemas.ts';
import { endProgramme, startProgramme } from './steps.ts';

const tag = 'Campaigns';
const params = Type.Object({ programmeId: uuid('The programme.') });
const EXAMPLE = { programmeId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const one = { statuses: [200] as const, schema: ProgrammeModel, description: 'The programme as it is now.' };

export function programmeRoutes(app: FastifyInstance): void {
  writeRoutes(app);
  listRoute(app);
  readRoutes(app);
  stepRoutes(app);
}

function writeRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createProgramme',
    method: 'POST',
    path: '/v1/programmes',
    tag,
    summary: 'Make a programme',
    description: 'Campaigns that are made with its id have its times where they name none.',
    access: { secret: 'campaigns:write' },
    body: ProgrammeCreate,
    success: { statuses: [201], schema: ProgrammeModel, description: 'The draft.' },
    errors: [e.programme_times_contradictory, e.programme_external_id_taken],
    example: {
      body: {
        name: 'Golden week',
        startsAt: '2027-10-01T00:00:00Z',
        endsAt: '2027-10-08T00:00:00Z',
        plan: { orders: 2_000, revenueAmount: 12_000_000 },
      },
    },
    run: (ctx, { body }) => createProgramme(ctx, body),
    present: presentProgramme,
  });

  operation(app, {
    operationId: 'updateProgramme',
    method: 'PATCH',
    path: '/v1/programmes/{programmeId}',
    tag,
    summary: 'Change a programme',
    description: 'JSON merge patch. Its campaigns that have not begun and have its times get the new ones.',
    access: { secret: 'campaigns:write' },
    versioned: true,
    params,
    body: ProgrammeUpdate,
    success: one,
    errors: [
      e.programme_ended,
      e.programme_part_refused,
      e.programme_times_contradictory,
      e.programme_external_id_taken,
      e.campaign_too_much_metadata,
      ...ruleErrors,
    ],
    example: { params: EXAMPLE, body: { endsAt: '2027-10-09T00:00:00Z' } },
    run: (ctx, input) => updateProgramme(ctx, input.params.programmeId, input.body),
    present: presentProgramme,
  });
}

function listRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listProgrammes',
    method: 'GET',
    path: '/v1/programmes',
    tag,
    summary: 'List programmes',
    description: 'Newest first, also those that have ended.',
    access: { secret: 'campaigns:read' },
    query: Type.Object({
      ...pageQuery,
      state: Type.Optional(ref(ProgrammeStateName, { description: 'Only those in this state.' })),
      externalId: Type.Optional(text('Only the one with this id of your own.', 200)),
    }),
    success: { statuses: [200], schema: ProgrammePage, description: 'A page of programmes.' },
    errors: [],
    example: { query: { state: 'running', limit: 20 } },
    run: (ctx, { query }) => listProgrammes(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentProgramme), nextCursor }),
  });
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getProgramme',
    method: 'GET',
    path: '/v1/programmes/{programmeId}',
    tag,
    summary: 'Read a programme',
    description: 'Its campaigns are listed with `GET /v1/campaigns?programmeId=`.',
    access: { secret: 'campaigns:read' },
    params,
    success: one,
    errors: [],
    example: { params: EXAMPLE },
    run: (ctx, input) => readProgramme(ctx, input.params.programmeId),
    present: presentProgramme,
  });

  operation(app, {
    operationId: 'getProgrammeByExternalId',
    method: 'GET',
    path: '/v1/programmes-by-external-id/{externalId}',
    tag,
    summary: 'Read a programme by your own id',
    description: 'By the id that the programme has in your own system.',
    access: { secret: 'campaigns:read' },
    params: Type.Object({ externalId: text('The id in your own system.', 200) }),
    success: one,
    errors: [],
    example: { params: { externalId: 'GOLDEN-27' } },
    run: (ctx, input) => readProgrammeByExternalId(ctx, input.params.externalId),
    present: presentProgramme,
  });
}

function stepRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'startProgramme',
    method: 'POST',
    path: '/v1/programmes/{programmeId}/start',
    tag,
    summary: 'Start a programme',
    description:
      'Each of its drafts starts now, or is scheduled where its start lies ahead: all of them or none. Done again, it changes nothing.',
    access: { secret: 'campaigns:write' },
    versioned: true,
    params,
    success: one,
    errors: [
      e.programme_ended,
      e.programme_end_passed,
      e.campaign_end_passed,
      e.programme_part_refused,
      ...namedErrors,
    ],
    example: { params: EXAMPLE },
    run: (ctx, input) => startProgramme(ctx, input.params.programmeId),
    present: presentProgramme,
  });

  operation(app, {
    operationId: 'endProgramme',
    method: 'POST',
    path: '/v1/programmes/{programmeId}/end',
    tag,
    summary: 'End a programme before its time',
    description:
      'Campaigns that have begun go on to their own ends; the others end with it. Done again, it changes nothing.',
    access: { secret: 'campaigns:write' },
    versioned: true,
    params,
    body: ProgrammeEnd,
    success: one,
    errors: [],
    example: { params: EXAMPLE, body: { reason: 'The goods are late.' } },
    run: (ctx, input) => endProgramme(ctx, input.params.programmeId, input.body.reason),
    present: presentProgramme,
  });
}

import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { uuid } from '../../../platform/http/schema.ts';
import { activityParams, EXAMPLE_ACTIVITY, namedErrors, ruleErrors } from '../activity-routes.ts';
import { activityErrors as e } from '../errors.ts';
import { archiveDraw } from './archive.ts';
import { approveDrawChange, listDrawChanges, refuseDrawChange, requestDrawChange } from './changes.ts';
import { drawErrors as d } from './errors.ts';
import {
  DrawArchiveFile,
  DrawChangeCreate,
  DrawChangeModel,
  DrawChangePage,
  DrawVerificationModel,
  presentChange,
  presentTicketVerification,
  presentVerification,
  TicketVerificationModel,
} from './schemas.ts';
import { verifyDraw, verifyTicket } from './verify.ts';

const tag = 'Activities';
const changeParams = Type.Object({ drawChangeId: uuid('The change.') });
const EXAMPLE_CHANGE = { drawChangeId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const decided = { statuses: [200] as [number], schema: DrawChangeModel, description: 'The change, decided.' };
const changeErrors = [
  e.activity_ended,
  e.activity_type_fixed,
  e.activity_start_fixed,
  e.activity_worse_for_customers,
  d.draw_not_begun,
  d.draw_prize_too_valuable,
  ...ruleErrors,
  ...namedErrors,
];

export function drawProofRoutes(app: FastifyInstance): void {
  verifyRoutes(app);
  changeRoutes(app);
  decideRoutes(app);
}

function verifyRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'verifyDraw',
    method: 'GET',
    path: '/v1/activities/{activityId}/draw/verify',
    tag,
    summary: 'Draw a whole draw again',
    description:
      'Once it is over: the seed against what it was bound to, every text against its hash, and every ticket in the order of numbers, with ' +
      'the stock of prizes. Some seconds for a million tickets.',
    access: { secret: 'activities:read' },
    params: activityParams,
    success: { statuses: [200], schema: DrawVerificationModel, description: 'What it came to.' },
    errors: [d.draw_not_revealed],
    example: { params: EXAMPLE_ACTIVITY },
    run: (ctx, input) => verifyDraw(ctx, input.params.activityId),
    present: presentVerification,
  });

  operation(app, {
    operationId: 'verifyDrawTicket',
    method: 'GET',
    path: '/v1/activities/{activityId}/tickets/{number}/verify',
    tag,
    summary: 'Draw a ticket again',
    description: 'Once the draw is over. What went to tickets before it is counted.',
    access: { secret: 'activities:read' },
    params: Type.Object({
      ...activityParams.properties,
      number: Type.String({ pattern: '^[1-9]\\d{0,8}$', description: 'The number of the ticket.' }),
    }),
    success: { statuses: [200], schema: TicketVerificationModel, description: 'What it came to.' },
    errors: [d.draw_not_revealed],
    example: { params: { ...EXAMPLE_ACTIVITY, number: '1' } },
    run: (ctx, input) => verifyTicket(ctx, input.params.activityId, Number(input.params.number)),
    present: presentTicketVerification,
  });

  operation(app, {
    operationId: 'exportDraw',
    method: 'GET',
    path: '/v1/activities/{activityId}/draw/archive.ndjson',
    tag,
    summary: 'Read the archive of a draw',
    description:
      'Everything with which anybody can draw it again, once it is over; nobody is named in it. `docs/verify-draw.mjs` reads it. Sent as it ' +
      'is read, however long it is.',
    access: { secret: 'activities:read', publishable: true, customer: true },
    streams: 'application/x-ndjson',
    params: activityParams,
    success: { statuses: [200], schema: DrawArchiveFile, description: 'The archive.' },
    errors: [d.draw_not_revealed],
    example: { params: EXAMPLE_ACTIVITY },
    run: (ctx, input) => archiveDraw(ctx, input.params.activityId),
    present: (pieces) => pieces,
  });
}

function changeRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'requestDrawChange',
    method: 'POST',
    path: '/v1/activities/{activityId}/draw/changes',
    tag,
    summary: 'Ask for a change of a draw that has begun',
    description:
      'Only in favour of customers: more of a prize, better prizes, a chance for less, more time. Odds stay. A second person has to agree.',
    access: { secret: 'activities:write' },
    idempotency: 'required',
    params: activityParams,
    body: DrawChangeCreate,
    success: { statuses: [201], schema: DrawChangeModel, description: 'The change, which waits.' },
    errors: [e.activity_other_type, ...changeErrors],
    example: {
      params: EXAMPLE_ACTIVITY,
      body: { reason: 'A week longer, because the shop was closed.', endsAt: '2099-10-14T00:00:00Z' },
    },
    run: (ctx, { params, body: { reason, ...change } }) =>
      requestDrawChange(ctx, params.activityId, { change, reason }),
    present: presentChange,
  });

  operation(app, {
    operationId: 'listDrawChanges',
    method: 'GET',
    path: '/v1/activities/{activityId}/draw/changes',
    tag,
    summary: 'List the changes of a draw',
    description: 'Newest first.',
    access: { secret: 'activities:read' },
    params: activityParams,
    query: Type.Object({ ...pageQuery }),
    success: { statuses: [200], schema: DrawChangePage, description: 'A page of changes.' },
    errors: [],
    example: { params: EXAMPLE_ACTIVITY, query: { limit: 20 } },
    run: (ctx, input) => listDrawChanges(ctx, input.params.activityId, input.query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentChange), nextCursor }),
  });
}

function decideRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'approveDrawChange',
    method: 'POST',
    path: '/v1/draw-changes/{drawChangeId}/approve',
    tag,
    summary: 'Agree to a change of a draw',
    description:
      'As the second person: the draw says so from now on, as its next version, with a text and a hash of its own.',
    access: { secret: 'activities:write' },
    idempotency: 'required',
    params: changeParams,
    success: decided,
    errors: [d.draw_change_decided, d.draw_change_by_one, ...changeErrors],
    example: { params: EXAMPLE_CHANGE },
    run: (ctx, { params }) => approveDrawChange(ctx, params.drawChangeId),
    present: presentChange,
  });

  operation(app, {
    operationId: 'refuseDrawChange',
    method: 'POST',
    path: '/v1/draw-changes/{drawChangeId}/refuse',
    tag,
    summary: 'Refuse a change of a draw',
    description: 'Or take it back, as who asked for it.',
    access: { secret: 'activities:write' },
    idempotency: 'required',
    params: changeParams,
    success: decided,
    errors: [d.draw_change_decided],
    example: { params: EXAMPLE_CHANGE },
    run: (ctx, { params }) => refuseDrawChange(ctx, params.drawChangeId),
    present: presentChange,
  });
}

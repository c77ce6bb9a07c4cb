import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { uuid } from '../../../platform/http/schema.ts';
import { customersErrors } from '../../customers/errors.ts';
import { ownIdOf } from '../../loyalty/points.ts';
import { activityParams, EXAMPLE_ACTIVITY } from '../activity-routes.ts';
import { activityErrors as e } from '../errors.ts';
import { drawErrors as d } from './errors.ts';
import { listOwnTickets, listTickets, readDraw } from './read.ts';
import {
  DrawModel,
  OwnTicketCreate,
  presentDraw,
  presentTicket,
  TicketCreate,
  TicketModel,
  TicketPage,
} from './schemas.ts';
import { drawTicket } from './ticket.ts';

const tag = 'Activities';
const drawn = {
  statuses: [201] as [number],
  schema: TicketModel,
  description: 'The ticket, with what it brings.',
};
const refusals = [e.activity_other_type, e.activity_not_running, d.no_chance_left, d.nonce_used];

export function drawRoutes(app: FastifyInstance): void {
  ticketRoutes(app);
  readRoutes(app);
  listRoutes(app);
}

function ticketRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'drawTicket',
    method: 'POST',
    path: '/v1/activities/{activityId}/tickets',
    tag,
    summary: 'Use a chance of a customer',
    description:
      'Draws the next ticket: HMAC-SHA256, under a seed that was bound before the draw began, of the draw’s id, the number of the ticket and ' +
      'the nonce, joined by `|`. What is won is owed at once. A chance comes with a paid order or a top-up, a moment after it.',
    access: { secret: 'activities:write' },
    idempotency: 'required',
    params: activityParams,
    body: TicketCreate,
    success: drawn,
    errors: [
      ...refusals,
      customersErrors.customer_not_found,
      customersErrors.customer_merged,
      customersErrors.customer_erased,
    ],
    example: {
      params: EXAMPLE_ACTIVITY,
      body: { customerId: '01890a5d-ac96-774b-bcce-b302099a8057', nonce: 'q7Jx0cV2mT5a' },
    },
    run: (ctx, input) => drawTicket(ctx, input.params.activityId, input.body),
    present: presentTicket,
  });

  operation(app, {
    operationId: 'drawOwnTicket',
    method: 'POST',
    path: '/v1/me/activities/{activityId}/tickets',
    tag,
    summary: 'Use a chance',
    description: 'The same for the customer who calls.',
    access: { customer: true },
    idempotency: 'required',
    params: activityParams,
    body: OwnTicketCreate,
    success: drawn,
    errors: refusals,
    example: { params: EXAMPLE_ACTIVITY, body: { nonce: 'q7Jx0cV2mT5a' } },
    run: (ctx, input) =>
      drawTicket(ctx, input.params.activityId, { ...input.body, customerId: ownIdOf(ctx) }),
    present: presentTicket,
  });
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getDraw',
    method: 'GET',
    path: '/v1/activities/{activityId}/draw',
    tag,
    summary: 'Read what a draw publishes',
    description:
      'The odds, made of the weights; the prizes and how many are gone; what the seed is bound to, and the seed once the draw is over. A ' +
      'draft is for staff only.',
    access: { secret: 'activities:read', publishable: true, customer: true },
    holdsFigures: true,
    params: activityParams,
    success: { statuses: [200], schema: DrawModel, description: 'The draw as it is now.' },
    errors: [],
    example: { params: EXAMPLE_ACTIVITY },
    run: (ctx, input) => readDraw(ctx, input.params.activityId),
    present: presentDraw,
  });
}

function listRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listDrawTickets',
    method: 'GET',
    path: '/v1/activities/{activityId}/tickets',
    tag,
    summary: 'List the tickets of a draw',
    description: 'Newest first.',
    access: { secret: 'activities:read' },
    params: activityParams,
    query: Type.Object({
      ...pageQuery,
      customerId: Type.Optional(uuid('Only those of this customer.')),
      prizeKey: Type.Optional(
        Type.String({
          pattern: '^[a-z0-9][a-z0-9_-]{0,39}$',
          description: 'Only those that brought this prize.',
        }),
      ),
    }),
    success: { statuses: [200], schema: TicketPage, description: 'A page of tickets.' },
    errors: [],
    example: { params: EXAMPLE_ACTIVITY, query: { limit: 20 } },
    run: (ctx, input) => listTickets(ctx, input.params.activityId, input.query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentTicket), nextCursor }),
  });

  operation(app, {
    operationId: 'listOwnDrawTickets',
    method: 'GET',
    path: '/v1/me/activities/{activityId}/tickets',
    tag,
    summary: 'List the tickets of the customer who calls',
    description: 'Newest first.',
    access: { customer: true },
    params: activityParams,
    query: Type.Object({ ...pageQuery }),
    success: { statuses: [200], schema: TicketPage, description: 'A page of tickets.' },
    errors: [],
    example: { params: EXAMPLE_ACTIVITY, query: { limit: 20 } },
    run: (ctx, input) => listOwnTickets(ctx, input.params.activityId, input.query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentTicket), nextCursor }),
  });
}

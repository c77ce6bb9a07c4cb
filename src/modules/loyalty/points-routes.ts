import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { ref, uuid } from '../../platform/http/schema.ts';
import { ExpiringPointsList, OwnLoyaltyModel, presentExpiring, presentOwnLoyalty } from './member-schemas.ts';
import { readOwnLoyalty } from './members.ts';
import {
  listExpiringPoints,
  listLots,
  listOwnExpiring,
  listOwnLots,
  listOwnMovements,
  listPointMovements,
} from './points.ts';
import {
  LotStateName,
  PointLotPage,
  PointMovementPage,
  presentLot,
  presentPointMovement,
} from './points-schemas.ts';

const tag = 'Loyalty';
const EXAMPLE = { customerId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const member = Type.Object({ customerId: uuid('The member.') });
const lotQuery = Type.Object({
  ...pageQuery,
  state: Type.Optional(ref(LotStateName, { description: 'Only those in this state.' })),
});
const lots = { statuses: [200], schema: PointLotPage, description: 'A page of lots.' } as const;
const movements = {
  statuses: [200],
  schema: PointMovementPage,
  description: 'A page of movements.',
} as const;
const expiring = { statuses: [200], schema: ExpiringPointsList, description: 'What ends when.' } as const;

/** What members have, for staff and for themselves. */
export function pointsRoutes(app: FastifyInstance): void {
  memberPoints(app);
  ownPoints(app);
}

function memberPoints(app: FastifyInstance): void {
  const of = { method: 'GET', tag, access: { secret: 'loyalty:read' }, params: member, errors: [] } as const;
  operation(app, {
    ...of,
    operationId: 'listPointLots',
    path: '/v1/loyalty-members/{customerId}/lots',
    summary: "List a member's lots",
    description: 'Each grant with what is left of it, newest first.',
    query: lotQuery,
    success: lots,
    example: { params: EXAMPLE, query: { state: 'active' } },
    run: (ctx, { params, query }) => listLots(ctx, params.customerId, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentLot), nextCursor }),
  });

  operation(app, {
    ...of,
    operationId: 'listPointMovements',
    path: '/v1/loyalty-members/{customerId}/movements',
    summary: "Read a member's statement",
    description:
      'What happened to their points, newest first, each with the balance after it. Never changed.',
    query: Type.Object(pageQuery),
    success: movements,
    example: { params: EXAMPLE, query: { limit: 20 } },
    run: (ctx, { params, query }) => listPointMovements(ctx, params.customerId, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentPointMovement), nextCursor }),
  });

  operation(app, {
    ...of,
    operationId: 'listExpiringPoints',
    path: '/v1/loyalty-members/{customerId}/expiring-points',
    summary: 'Read which points of a member end next',
    description: 'The soonest first.',
    success: expiring,
    example: { params: EXAMPLE },
    run: (ctx, { params }) => listExpiringPoints(ctx, params.customerId),
    present: presentExpiring,
  });
}

function ownPoints(app: FastifyInstance): void {
  const own = { method: 'GET', tag, access: { customer: true }, errors: [] } as const;
  operation(app, {
    ...own,
    operationId: 'getOwnLoyalty',
    path: '/v1/me/loyalty',
    summary: 'Read the own membership',
    description: 'Whether the customer who calls takes part, and what they have at this moment.',
    holdsFigures: true,
    success: { statuses: [200], schema: OwnLoyaltyModel, description: 'The membership.' },
    example: {},
    run: (ctx) => readOwnLoyalty(ctx),
    present: presentOwnLoyalty,
  });

  operation(app, {
    ...own,
    operationId: 'listOwnPointLots',
    path: '/v1/me/loyalty/lots',
    summary: 'List the own lots',
    description: 'Each grant with what is left of it, newest first.',
    query: lotQuery,
    success: lots,
    example: { query: { state: 'active' } },
    run: (ctx, { query }) => listOwnLots(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentLot), nextCursor }),
  });

  operation(app, {
    ...own,
    operationId: 'listOwnPointMovements',
    path: '/v1/me/loyalty/movements',
    summary: 'Read the own statement',
    description: 'What happened to the own points, newest first, each with the balance after it.',
    query: Type.Object(pageQuery),
    success: movements,
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listOwnMovements(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentPointMovement), nextCursor }),
  });

  operation(app, {
    ...own,
    operationId: 'listOwnExpiringPoints',
    path: '/v1/me/loyalty/expiring-points',
    summary: 'Read which of the own points end next',
    description: 'The soonest first.',
    success: expiring,
    example: {},
    run: (ctx) => listOwnExpiring(ctx),
    present: presentExpiring,
  });
}

import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { ref, uuid } from '../../platform/http/schema.ts';
import { customersErrors } from '../customers/errors.ts';
import { loyaltyErrors as e } from './errors.ts';
import {
  GrantRequestStateName,
  PointGrantCreate,
  PointGrantModel,
  PointGrantRequestModel,
  PointGrantRequestPage,
  presentGrant,
  presentGrantRequest,
} from './points-schemas.ts';
import {
  approveGrantRequest,
  grantByStaff,
  listGrantRequests,
  readGrantRequest,
  refuseGrantRequest,
} from './staff-grants.ts';

const tag = 'Loyalty';
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const requestParams = Type.Object({ pointGrantRequestId: uuid('The request.') });
const requestExample = { params: { pointGrantRequestId: EXAMPLE_ID } };
const request = {
  statuses: [200] as const,
  schema: PointGrantRequestModel,
  description: 'The request.',
};
const standing = [
  e.loyalty_programme_missing,
  e.member_left,
  customersErrors.customer_merged,
  customersErrors.customer_erased,
];

/** Points that staff gives. */
export function grantRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'grantPoints',
    method: 'POST',
    path: '/v1/loyalty-members/{customerId}/grants',
    tag,
    summary: 'Give points to a member',
    description:
      'Up to the limit that the programme sets for one person they are given at once (201). More wait for a second person (202): ' +
      'another key than the one that asked.',
    access: { secret: 'loyalty:write' },
    idempotency: 'required',
    params: Type.Object({ customerId: uuid('The member.') }),
    body: PointGrantCreate,
    success: {
      statuses: [201, 202],
      schema: PointGrantModel,
      description: 'The points, or the request for them.',
    },
    errors: standing,
    example: { params: { customerId: EXAMPLE_ID }, body: { points: 250, note: 'For the long wait.' } },
    run: (ctx, { params, body }) => grantByStaff(ctx, { ...params, ...body }),
    present: presentGrant,
    statusOf: ({ lot }) => (lot ? 201 : 202),
  });
  decidingRoutes(app);
  readingRoutes(app);
}

function decidingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'approvePointGrantRequest',
    method: 'POST',
    path: '/v1/point-grant-requests/{pointGrantRequestId}/approve',
    tag,
    summary: 'Agree to a grant of points',
    description: 'As the second person: the points are given.',
    access: { secret: 'loyalty:write' },
    idempotency: 'required',
    params: requestParams,
    success: request,
    errors: [e.grant_request_decided, e.second_person_required, ...standing],
    example: requestExample,
    run: (ctx, { params }) => approveGrantRequest(ctx, params.pointGrantRequestId),
    present: presentGrantRequest,
  });

  operation(app, {
    operationId: 'refusePointGrantRequest',
    method: 'POST',
    path: '/v1/point-grant-requests/{pointGrantRequestId}/refuse',
    tag,
    summary: 'Do not agree to a grant of points',
    description: 'Also for who asked and thinks otherwise.',
    access: { secret: 'loyalty:write' },
    params: requestParams,
    success: request,
    errors: [e.grant_request_decided],
    example: requestExample,
    run: (ctx, { params }) => refuseGrantRequest(ctx, params.pointGrantRequestId),
    present: presentGrantRequest,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getPointGrantRequest',
    method: 'GET',
    path: '/v1/point-grant-requests/{pointGrantRequestId}',
    tag,
    summary: 'Read a request for points',
    description: 'What was asked for, by whom, and what became of it.',
    access: { secret: 'loyalty:read' },
    params: requestParams,
    success: request,
    errors: [],
    example: requestExample,
    run: (ctx, { params }) => readGrantRequest(ctx, params.pointGrantRequestId),
    present: presentGrantRequest,
  });

  operation(app, {
    operationId: 'listPointGrantRequests',
    method: 'GET',
    path: '/v1/point-grant-requests',
    tag,
    summary: 'List requests for points',
    description: 'Newest first; those that wait with `state=requested`.',
    access: { secret: 'loyalty:read' },
    query: Type.Object({
      ...pageQuery,
      customerId: Type.Optional(uuid('Only those for this member.')),
      state: Type.Optional(ref(GrantRequestStateName, { description: 'Only those in this state.' })),
    }),
    success: { statuses: [200], schema: PointGrantRequestPage, description: 'A page of requests.' },
    errors: [],
    example: { query: { state: 'requested' } },
    run: (ctx, { query }) => listGrantRequests(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentGrantRequest), nextCursor }),
  });
}

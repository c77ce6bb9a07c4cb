import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { instantText, uuid } from '../../platform/http/schema.ts';
import { customersErrors } from '../customers/errors.ts';
import { segmentErrors } from './errors.ts';
import { addSegmentMembers, removeSegmentMembers } from './lists.ts';
import {
  CustomerSegmentPage,
  ListChangeModel,
  ListedCustomersModel,
  MembershipPage,
  presentCustomerSegments,
  presentListChange,
  presentMembership,
} from './member-schemas.ts';
import {
  listCustomerSegmentHistory,
  listCustomerSegments,
  listSegmentHistory,
  listSegmentMembers,
} from './members.ts';

const tag = 'Segments';
const ofSegment = Type.Object({ segmentId: uuid('The segment.') });
const ofCustomer = Type.Object({ customerId: uuid('The customer.') });
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const query = Type.Object({
  ...pageQuery,
  enteredSince: Type.Optional(instantText('Only who entered at or after this moment.')),
});
const read = { secret: 'segments:read' } as const;
const page = { statuses: [200], schema: MembershipPage, description: 'A page of memberships.' } as const;

export function memberRoutes(app: FastifyInstance): void {
  listRoutes(app);
  historyRoutes(app);
  ofCustomerRoutes(app);
}

function listRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'addSegmentMembers',
    method: 'POST',
    path: '/v1/segments/{segmentId}/members',
    tag,
    summary: 'Put customers on a list',
    description:
      'Up to 1,000 by each of their ids. Who is on it stays on it. When one of them cannot be put on it, none is.',
    access: { secret: 'segments:write' },
    params: ofSegment,
    body: ListedCustomersModel,
    success: { statuses: [200], schema: ListChangeModel, description: 'What became of the list.' },
    errors: [
      segmentErrors.segment_archived,
      segmentErrors.segment_is_rule,
      customersErrors.customer_not_found,
      customersErrors.customer_merged,
      customersErrors.customer_erased,
    ],
    example: {
      params: { segmentId: EXAMPLE_ID },
      body: { customerIds: [EXAMPLE_ID], externalIds: ['ALFKI'] },
    },
    run: (ctx, { params: { segmentId }, body }) => addSegmentMembers(ctx, segmentId, body),
    present: presentListChange,
  });

  operation(app, {
    operationId: 'removeSegmentMembers',
    method: 'POST',
    path: '/v1/segments/{segmentId}/members/remove',
    tag,
    summary: 'Take customers off a list',
    description: 'Up to 1,000 by each of their ids. Who is not on it is passed over.',
    access: { secret: 'segments:write' },
    params: ofSegment,
    body: ListedCustomersModel,
    success: { statuses: [200], schema: ListChangeModel, description: 'What became of the list.' },
    errors: [segmentErrors.segment_archived, segmentErrors.segment_is_rule],
    example: { params: { segmentId: EXAMPLE_ID }, body: { externalIds: ['ALFKI'] } },
    run: (ctx, { params: { segmentId }, body }) => removeSegmentMembers(ctx, segmentId, body),
    present: presentListChange,
  });
}

function historyRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listSegmentMembers',
    method: 'GET',
    path: '/v1/segments/{segmentId}/members',
    tag,
    summary: 'List who is in a segment',
    description: 'Who entered last comes first.',
    access: read,
    params: ofSegment,
    query,
    success: page,
    errors: [],
    example: { params: { segmentId: EXAMPLE_ID }, query: { limit: 20 } },
    run: (ctx, { params: { segmentId }, query: asked }) => listSegmentMembers(ctx, segmentId, asked),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentMembership), nextCursor }),
  });

  operation(app, {
    operationId: 'listSegmentHistory',
    method: 'GET',
    path: '/v1/segments/{segmentId}/history',
    tag,
    summary: 'List who is and was in a segment',
    description: 'Who entered last comes first. Customers who were erased are left out.',
    access: read,
    params: ofSegment,
    query,
    success: page,
    errors: [],
    example: { params: { segmentId: EXAMPLE_ID }, query: { limit: 20 } },
    run: (ctx, { params: { segmentId }, query: asked }) => listSegmentHistory(ctx, segmentId, asked),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentMembership), nextCursor }),
  });
}

function ofCustomerRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCustomerSegments',
    method: 'GET',
    path: '/v1/customers/{customerId}/segments',
    tag,
    summary: 'List the segments of a customer',
    description: 'Those in which the customer is, the last one first, and the RFM scores.',
    access: read,
    params: ofCustomer,
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: CustomerSegmentPage, description: 'A page of memberships.' },
    errors: [customersErrors.customer_merged],
    example: { params: { customerId: EXAMPLE_ID }, query: { limit: 20 } },
    run: (ctx, { params: { customerId }, query: asked }) => listCustomerSegments(ctx, customerId, asked),
    present: presentCustomerSegments,
  });

  operation(app, {
    operationId: 'listCustomerSegmentHistory',
    method: 'GET',
    path: '/v1/customers/{customerId}/segment-history',
    tag,
    summary: 'List the segments in which a customer is and was',
    description: 'The last one first; also those of duplicates that were merged into the customer.',
    access: read,
    params: ofCustomer,
    query: Type.Object(pageQuery),
    success: page,
    errors: [customersErrors.customer_merged],
    example: { params: { customerId: EXAMPLE_ID }, query: { limit: 20 } },
    run: (ctx, { params: { customerId }, query: asked }) =>
      listCustomerSegmentHistory(ctx, customerId, asked),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentMembership), nextCursor }),
  });
}

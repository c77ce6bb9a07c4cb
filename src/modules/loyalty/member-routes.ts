import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { instantText, uuid } from '../../platform/http/schema.ts';
import { customersErrors } from '../customers/errors.ts';
import { loyaltyErrors } from './errors.ts';
import {
  LoyaltyMemberCreate,
  LoyaltyMemberModel,
  LoyaltyMemberPage,
  presentMember,
} from './member-schemas.ts';
import { enrolMember, leaveProgramme, listMembers, readMember } from './members.ts';

const tag = 'Loyalty';
const params = Type.Object({ customerId: uuid('The customer.') });
const example = { params: { customerId: '01890a5d-ac96-774b-bcce-b302099a8057' } };

/** Who takes part in the loyalty programme. */
export function memberRoutes(app: FastifyInstance): void {
  writingRoutes(app);
  readingRoutes(app);
}

function writingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'enrolLoyaltyMember',
    method: 'POST',
    path: '/v1/loyalty-members',
    tag,
    summary: 'Let a customer take part',
    description:
      'Who takes part already stays as they are (200). Points for signing up are given once, also to who leaves and comes back.',
    access: { secret: 'loyalty:write' },
    body: LoyaltyMemberCreate,
    success: { statuses: [201, 200], schema: LoyaltyMemberModel, description: 'The member.' },
    errors: [
      loyaltyErrors.loyalty_programme_missing,
      customersErrors.customer_not_found,
      customersErrors.customer_merged,
      customersErrors.customer_erased,
    ],
    example: { body: { customerId: example.params.customerId } },
    run: (ctx, { body }) => enrolMember(ctx, body.customerId),
    present: ({ member }) => presentMember(member),
    statusOf: ({ isNew }) => (isNew ? 201 : 200),
  });

  operation(app, {
    operationId: 'leaveLoyaltyProgramme',
    method: 'POST',
    path: '/v1/loyalty-members/{customerId}/leave',
    tag,
    summary: 'Let a member leave',
    description: 'At the customer’s wish: what is left of their points lapses. Again it changes nothing.',
    access: { secret: 'loyalty:write' },
    idempotency: 'required',
    params,
    success: { statuses: [200], schema: LoyaltyMemberModel, description: 'The member, without points.' },
    errors: [customersErrors.customer_merged],
    example,
    run: (ctx, input) => leaveProgramme(ctx, input.params.customerId),
    present: presentMember,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getLoyaltyMember',
    method: 'GET',
    path: '/v1/loyalty-members/{customerId}',
    tag,
    summary: 'Read a member',
    description: 'With what they have at this moment.',
    access: { secret: 'loyalty:read' },
    holdsFigures: true,
    params,
    success: { statuses: [200], schema: LoyaltyMemberModel, description: 'The member.' },
    errors: [],
    example,
    run: (ctx, input) => readMember(ctx, input.params.customerId),
    present: presentMember,
  });

  operation(app, {
    operationId: 'listLoyaltyMembers',
    method: 'GET',
    path: '/v1/loyalty-members',
    tag,
    summary: 'List members',
    description:
      'Newest first; with `updatedSince` in the order of their changes. Points are what they were when something last changed.',
    access: { secret: 'loyalty:read' },
    query: Type.Object({
      ...pageQuery,
      updatedSince: Type.Optional(instantText('Only those that changed at or after this moment.')),
      tierKey: Type.Optional(
        Type.String({ minLength: 1, maxLength: 40, description: 'Only those in this tier.' }),
      ),
    }),
    success: { statuses: [200], schema: LoyaltyMemberPage, description: 'A page of members.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listMembers(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentMember), nextCursor }),
  });
}

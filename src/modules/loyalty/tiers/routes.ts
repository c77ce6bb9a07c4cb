import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { uuid } from '../../../platform/http/schema.ts';
import { listOwnTierChanges, listTierChanges, readOwnTierStanding, readTierStanding } from './read.ts';
import { presentStanding, presentTierChange, TierChangePage, TierStandingModel } from './schemas.ts';

const of = { method: 'GET', tag: 'Loyalty', errors: [] } as const;
const params = Type.Object({ customerId: uuid('The member.') });
const EXAMPLE = { customerId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const standing = { statuses: [200], schema: TierStandingModel, description: 'How they stand.' } as const;
const changes = { statuses: [200], schema: TierChangePage, description: 'A page of changes.' } as const;
const WHAT =
  'A tier is decided at the beginning of each day of the shop, by what was earned until the end of the day before and did not come back.';

/** The tiers of members, for staff and for themselves. */
export function tierRoutes(app: FastifyInstance): void {
  operation(app, {
    ...of,
    operationId: 'getTierStanding',
    path: '/v1/loyalty-members/{customerId}/tier',
    summary: 'Read how a member stands between the tiers',
    description: WHAT,
    access: { secret: 'loyalty:read' },
    params,
    holdsFigures: true,
    success: standing,
    example: { params: EXAMPLE },
    run: (ctx, input) => readTierStanding(ctx, input.params.customerId),
    present: presentStanding,
  });

  operation(app, {
    ...of,
    operationId: 'listTierChanges',
    path: '/v1/loyalty-members/{customerId}/tier-changes',
    summary: "List a member's changes of tier",
    description: 'Newest first. Never changed.',
    access: { secret: 'loyalty:read' },
    params,
    query: Type.Object(pageQuery),
    success: changes,
    example: { params: EXAMPLE, query: { limit: 20 } },
    run: (ctx, input) => listTierChanges(ctx, input.params.customerId, input.query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentTierChange), nextCursor }),
  });

  operation(app, {
    ...of,
    operationId: 'getOwnTierStanding',
    path: '/v1/me/loyalty/tier',
    summary: 'Read how one stands between the tiers',
    description: WHAT,
    access: { customer: true },
    holdsFigures: true,
    success: standing,
    example: {},
    run: (ctx) => readOwnTierStanding(ctx),
    present: presentStanding,
  });

  operation(app, {
    ...of,
    operationId: 'listOwnTierChanges',
    path: '/v1/me/loyalty/tier-changes',
    summary: 'List the own changes of tier',
    description: 'Newest first.',
    access: { customer: true },
    query: Type.Object(pageQuery),
    success: changes,
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listOwnTierChanges(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentTierChange), nextCursor }),
  });
}

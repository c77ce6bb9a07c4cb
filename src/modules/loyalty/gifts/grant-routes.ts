import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, uuid } from '../../../platform/http/schema.ts';
import { giftErrors as e } from './errors.ts';
import { createClaimCode, handOverGift, listGiftGrants, listOwnGiftGrants, readGiftGrant } from './grants.ts';
import {
  ClaimCodeModel,
  GiftGrantModel,
  GiftGrantPage,
  GiftGrantStateName,
  GiftHandOver,
  presentGiftGrant,
} from './redemption-schemas.ts';

const tag = 'Loyalty';
const params = Type.Object({ giftGrantId: uuid('The grant.') });
const example = { params: { giftGrantId: '01890a5d-ac96-774b-bcce-b302099a8057' } };
const one = { statuses: [200] as const, schema: GiftGrantModel, description: 'The grant.' };
const page = { statuses: [200] as const, schema: GiftGrantPage, description: 'A page of grants.' };
const stateFilter = {
  state: Type.Optional(ref(GiftGrantStateName, { description: 'Only those in this state.' })),
};

/** Goods that customers are owed as gifts. */
export function giftGrantRoutes(app: FastifyInstance): void {
  counterRoutes(app);
  readingRoutes(app);
}

function counterRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createClaimCode',
    method: 'POST',
    path: '/v1/gift-grants/{giftGrantId}/claim-code',
    tag,
    summary: 'Make the code that is shown at the counter',
    description: 'Only its hash is kept. Another one makes the one before worthless.',
    access: { secret: 'loyalty:write', customer: true },
    idempotency: 'none',
    params,
    success: { statuses: [201], schema: ClaimCodeModel, description: 'The code.' },
    errors: [e.gift_grant_not_open],
    example,
    run: (ctx, input) => createClaimCode(ctx, input.params.giftGrantId),
    present: ({ grant, claimCode }) => ({ giftGrantId: grant.id, claimCode }),
  });

  operation(app, {
    operationId: 'handOverGift',
    method: 'POST',
    path: '/v1/gift-grants/hand-over',
    tag,
    summary: 'Hand a gift over at the counter',
    description: 'To who shows its code, once. What is some of the shop’s goods leaves the stock with it.',
    access: { secret: 'loyalty:write' },
    idempotency: 'required',
    body: GiftHandOver,
    success: one,
    errors: [e.claim_code_unknown, e.gift_out_of_stock],
    example: { body: { claimCode: '7K2Q-M0X4-9ZTB' } },
    run: (ctx, { body }) => handOverGift(ctx, body.claimCode),
    present: presentGiftGrant,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getGiftGrant',
    method: 'GET',
    path: '/v1/gift-grants/{giftGrantId}',
    tag,
    summary: 'Read a gift that is owed',
    description: 'A customer reads their own.',
    access: { secret: 'loyalty:read', customer: true },
    params,
    success: one,
    errors: [],
    example,
    run: (ctx, input) => readGiftGrant(ctx, input.params.giftGrantId),
    present: presentGiftGrant,
  });

  operation(app, {
    operationId: 'listGiftGrants',
    method: 'GET',
    path: '/v1/gift-grants',
    tag,
    summary: 'List gifts that are owed',
    description: 'Newest first, also those that were handed over.',
    access: { secret: 'loyalty:read' },
    query: Type.Object({
      ...pageQuery,
      customerId: Type.Optional(uuid('Only those of this customer.')),
      ...stateFilter,
    }),
    success: page,
    errors: [],
    example: { query: { state: 'open' } },
    run: (ctx, { query }) => listGiftGrants(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentGiftGrant), nextCursor }),
  });

  operation(app, {
    operationId: 'listOwnGiftGrants',
    method: 'GET',
    path: '/v1/me/gift-grants',
    tag,
    summary: 'List own gifts',
    description: 'What the customer who calls is owed, and what they got. Newest first.',
    access: { customer: true },
    query: Type.Object({ ...pageQuery, ...stateFilter }),
    success: page,
    errors: [],
    example: { query: { state: 'open' } },
    run: (ctx, { query }) => listOwnGiftGrants(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentGiftGrant), nextCursor }),
  });
}

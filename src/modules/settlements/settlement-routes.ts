import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../../platform/errors.ts';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { instantText, ref, uuid } from '../../platform/http/schema.ts';
import {
  approveSettlement,
  cancelSettlement,
  declineSettlement,
  readSettlement,
  readSettlements,
} from './decide.ts';
import { settlementErrors as errors } from './errors.ts';
import { claimSettlement, giveGoodwill } from './open.ts';
import {
  GoodwillCreate,
  presentSettlement,
  presentSettlementHead,
  SettlementCreate,
  SettlementDecline,
  SettlementHeadPage,
  SettlementModel,
  SettlementStateName,
} from './settlement-schemas.ts';

const tag = 'Settlements';
const someId = '01890a5d-ac96-774b-bcce-b302099a8057';
const orderParams = Type.Object({ orderId: uuid('The order.') });
const params = Type.Object({ settlementId: uuid('The settlement.') });
const example = { params: { settlementId: someId } };
const whole = { schema: SettlementModel, description: 'The settlement.' };

export function settlementLifeRoutes(app: FastifyInstance): void {
  openingRoutes(app);
  givingRoutes(app);
  readingRoutes(app);
  decidingRoutes(app);
  withdrawingRoutes(app);
}

function openingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'claimSettlement',
    method: 'POST',
    path: '/v1/orders/{orderId}/settlements',
    tag,
    summary: 'Claim a price difference',
    description:
      'By what the shop promised when the order was placed. Up to the policy’s automatic amount it is accepted and the money ' +
      'set on its way at once; above it, it waits for a person. A claim that pays nothing is refused with a code, the words ' +
      'of the rule, and the reason for each line.',
    access: { secret: 'settlements:write', customer: true },
    idempotency: 'required',
    params: orderParams,
    body: SettlementCreate,
    success: { statuses: [201], ...whole },
    errors: [
      errors.claim_refused,
      errors.payout_method_not_available,
      errors.coupon_not_agreed,
      errors.line_in_settlement,
      platformErrors.version_conflict,
    ],
    example: { params: { orderId: someId }, body: { reason: 'price_drop' } },
    run: (ctx, { params: { orderId }, body }) => claimSettlement(ctx, { orderId, ...body }),
    present: presentSettlement,
  });
}

function givingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'giveGoodwill',
    method: 'POST',
    path: '/v1/orders/{orderId}/goodwill-settlements',
    tag,
    summary: 'Give goodwill',
    description: 'Money without an obligation, spread over the lines of a paid order and paid at once.',
    access: { secret: 'settlements:write' },
    idempotency: 'required',
    params: orderParams,
    body: GoodwillCreate,
    success: { statuses: [201], ...whole },
    errors: [
      errors.order_not_settleable,
      errors.settlement_too_large,
      errors.payout_method_not_available,
      errors.coupon_not_agreed,
      errors.line_in_settlement,
    ],
    example: { params: { orderId: someId }, body: { amount: 500, message: 'Sorry for the long wait.' } },
    run: (ctx, { params: { orderId }, body }) => giveGoodwill(ctx, { orderId, ...body }),
    present: presentSettlement,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listSettlements',
    method: 'GET',
    path: '/v1/settlements',
    tag,
    summary: 'List settlements',
    description:
      'Newest first, with `updatedSince` in the order of changes; without lines. With a customer token, only the own ones.',
    access: { secret: 'settlements:read', customer: true },
    query: Type.Object({
      orderId: Type.Optional(uuid('Only those of this order.')),
      customerId: Type.Optional(uuid('Only those of orders of this customer.')),
      state: Type.Optional(ref(SettlementStateName, { description: 'Only those in this state.' })),
      updatedSince: Type.Optional(instantText('Changed then or later.')),
      ...pageQuery,
    }),
    success: { statuses: [200], schema: SettlementHeadPage, description: 'A page of settlements.' },
    errors: [],
    example: { query: { state: 'draft', limit: 20 } },
    run: (ctx, { query }) => readSettlements(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentSettlementHead), nextCursor }),
  });

  operation(app, {
    operationId: 'getSettlement',
    method: 'GET',
    path: '/v1/settlements/{settlementId}',
    tag,
    summary: 'Read a settlement',
    description:
      'With its lines and the arithmetic as it was decided, what was offered, who has the turn, until when, and how it can be paid.',
    access: { secret: 'settlements:read', customer: true },
    // Ways to pay come and go without a change of the settlement.
    holdsFigures: true,
    params,
    success: { statuses: [200], ...whole },
    errors: [],
    example,
    run: (ctx, { params: { settlementId } }) => readSettlement(ctx, settlementId),
    present: presentSettlement,
  });
}

function decidingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'approveSettlement',
    method: 'POST',
    path: '/v1/settlements/{settlementId}/approve',
    tag,
    summary: 'Approve a settlement',
    description: 'A draft that waits for a person is accepted and its money set on its way.',
    access: { secret: 'settlements:write' },
    idempotency: 'required',
    versioned: true,
    params,
    success: { statuses: [200], ...whole },
    errors: [errors.settlement_not_open, errors.order_not_settleable],
    example,
    run: (ctx, { params: { settlementId } }) => approveSettlement(ctx, settlementId),
    present: presentSettlement,
  });

  operation(app, {
    operationId: 'declineSettlement',
    method: 'POST',
    path: '/v1/settlements/{settlementId}/decline',
    tag,
    summary: 'Decline a settlement',
    description:
      'Staff declines a claim; an offer is declined by the side that has the turn. With a reason of the closed list of that ' +
      'side, which the other one reads. What it used up of caps is free again.',
    access: { secret: 'settlements:write', customer: true },
    versioned: true,
    params,
    body: SettlementDecline,
    success: { statuses: [200], ...whole },
    errors: [
      errors.settlement_not_open,
      errors.not_your_turn,
      errors.offer_expired,
      errors.decline_reason_not_yours,
    ],
    example: { ...example, body: { reason: 'settled_elsewhere' } },
    run: (ctx, { params: { settlementId }, body }) => declineSettlement(ctx, settlementId, body.reason),
    present: presentSettlement,
  });
}

function withdrawingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'cancelSettlement',
    method: 'POST',
    path: '/v1/settlements/{settlementId}/cancel',
    tag,
    summary: 'Withdraw a settlement',
    description:
      'The customer, or staff for them, withdraws a claim that waits for a decision, or an edit that waits for its money: the ' +
      'order stays what it was. Staff also withdraws an offer, and what the customer accepted and is not paying at the moment.',
    access: { secret: 'settlements:write', customer: true },
    versioned: true,
    params,
    success: { statuses: [200], ...whole },
    errors: [errors.settlement_not_open],
    example,
    run: (ctx, { params: { settlementId } }) => cancelSettlement(ctx, settlementId),
    present: presentSettlement,
  });
}

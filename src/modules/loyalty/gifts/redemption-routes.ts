import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../../../platform/errors.ts';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, uuid } from '../../../platform/http/schema.ts';
import { customersErrors } from '../../customers/errors.ts';
import { loyaltyErrors } from '../errors.ts';
import { cancelRedemption, confirmRedemption } from './end.ts';
import { giftErrors as e } from './errors.ts';
import { listOwnRedemptions, listRedemptions, readRedemption, redeemGift, redeemOwnGift } from './redeem.ts';
import {
  presentRedemption,
  RedemptionCancel,
  RedemptionCreate,
  RedemptionModel,
  RedemptionPage,
  RedemptionStateName,
} from './redemption-schemas.ts';

const tag = 'Loyalty';
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const params = Type.Object({ redemptionId: uuid('The redemption.') });
const example = { params: { redemptionId: EXAMPLE_ID } };
const one = { statuses: [200] as const, schema: RedemptionModel, description: 'The redemption.' };
const made = { statuses: [201] as const, schema: RedemptionModel, description: 'The redemption.' };
const page = { statuses: [200] as const, schema: RedemptionPage, description: 'A page of redemptions.' };
const stateFilter = {
  state: Type.Optional(ref(RedemptionStateName, { description: 'Only those in this state.' })),
};
const redeemErrors = [
  loyaltyErrors.loyalty_programme_missing,
  loyaltyErrors.member_left,
  loyaltyErrors.insufficient_points,
  customersErrors.customer_merged,
  customersErrors.customer_erased,
  e.gift_not_found,
  e.gift_not_available,
  e.gift_price_changed,
  e.tier_too_low,
  e.gift_limit_reached,
  e.gift_out_of_stock,
];

/** What members have for points. */
export function redemptionRoutes(app: FastifyInstance): void {
  redeemingRoutes(app);
  endingRoutes(app);
  readingRoutes(app);
}

function redeemingRoutes(app: FastifyInstance): void {
  const write = { method: 'POST', tag, idempotency: 'required', body: RedemptionCreate } as const;
  const wish = { giftId: EXAMPLE_ID, quantity: 1, expectedPricePoints: 500 };
  operation(app, {
    ...write,
    operationId: 'redeemGift',
    path: '/v1/loyalty-members/{customerId}/redemptions',
    summary: 'Have a gift for points',
    description:
      'Points, gifts and what the member may still have of them are taken at once, or nothing is. The gift is a grant then, to be handed ' +
      'over or sent. What costs money as well is held until it is paid.',
    access: { secret: 'loyalty:write' },
    params: Type.Object({ customerId: uuid('The member.') }),
    success: made,
    errors: redeemErrors,
    example: { params: { customerId: EXAMPLE_ID }, body: wish },
    run: (ctx, input) => redeemGift(ctx, input.params.customerId, input.body),
    present: presentRedemption,
  });

  operation(app, {
    ...write,
    operationId: 'redeemOwnGift',
    path: '/v1/me/redemptions',
    summary: 'Have a gift for own points',
    description: 'As for staff, for the customer who calls; who does not take part is not found.',
    access: { customer: true },
    success: made,
    errors: [platformErrors.not_found, ...redeemErrors],
    example: { body: wish },
    run: (ctx, { body }) => redeemOwnGift(ctx, body),
    present: presentRedemption,
  });
}

function endingRoutes(app: FastifyInstance): void {
  const step = {
    method: 'POST',
    tag,
    access: { secret: 'loyalty:write', customer: true },
    idempotency: 'required',
    params,
    success: one,
  } as const;
  operation(app, {
    ...step,
    operationId: 'confirmRedemption',
    path: '/v1/redemptions/{redemptionId}/confirm',
    summary: 'Confirm a redemption that is held',
    description: 'The gift is owed from then on. Again it changes nothing.',
    errors: [customersErrors.customer_merged, e.redemption_not_held, e.redemption_not_paid],
    example,
    run: (ctx, input) => confirmRedemption(ctx, input.params.redemptionId),
    present: presentRedemption,
  });

  operation(app, {
    ...step,
    operationId: 'cancelRedemption',
    path: '/v1/redemptions/{redemptionId}/cancel',
    summary: 'Give up a redemption, or some of it',
    description:
      'The points are back in the lots that they came from, for 30 days at least, and what was paid goes back as it came. A customer gives up what is held; of what they have, ' +
      'staff does, as long as it is not handed over.',
    body: RedemptionCancel,
    errors: [customersErrors.customer_merged, e.redemption_not_held, e.redemption_not_cancellable],
    example: { ...example, body: { quantity: 1 } },
    run: (ctx, input) => cancelRedemption(ctx, input.params.redemptionId, input.body.quantity),
    present: presentRedemption,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getRedemption',
    method: 'GET',
    path: '/v1/redemptions/{redemptionId}',
    tag,
    summary: 'Read a redemption',
    description: 'A customer reads their own.',
    access: { secret: 'loyalty:read', customer: true },
    params,
    success: one,
    errors: [],
    example,
    run: (ctx, input) => readRedemption(ctx, input.params.redemptionId),
    present: presentRedemption,
  });

  operation(app, {
    operationId: 'listRedemptions',
    method: 'GET',
    path: '/v1/redemptions',
    tag,
    summary: 'List redemptions',
    description: 'Newest first.',
    access: { secret: 'loyalty:read' },
    query: Type.Object({
      ...pageQuery,
      customerId: Type.Optional(uuid('Only those of this member.')),
      ...stateFilter,
    }),
    success: page,
    errors: [],
    example: { query: { state: 'held' } },
    run: (ctx, { query }) => listRedemptions(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((row) => presentRedemption(row, ctx)),
      nextCursor,
    }),
  });

  operation(app, {
    operationId: 'listOwnRedemptions',
    method: 'GET',
    path: '/v1/me/redemptions',
    tag,
    summary: 'List own redemptions',
    description: 'What the customer who calls has for points, or asked for. Newest first.',
    access: { customer: true },
    query: Type.Object({ ...pageQuery, ...stateFilter }),
    success: page,
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listOwnRedemptions(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((row) => presentRedemption(row, ctx)),
      nextCursor,
    }),
  });
}

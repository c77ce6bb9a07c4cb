import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, uuid } from '../../../platform/http/schema.ts';
import {
  changeGiftStock,
  createLoyaltyGift,
  listLoyaltyGifts,
  listOfferedGifts,
  readLoyaltyGift,
  updateLoyaltyGift,
} from './catalogue.ts';
import { giftErrors as e } from './errors.ts';
import {
  GiftStateName,
  LoyaltyGiftCreate,
  LoyaltyGiftModel,
  LoyaltyGiftPage,
  LoyaltyGiftStockChange,
  LoyaltyGiftUpdate,
  OfferedGiftPage,
  presentGift,
  presentOfferedGift,
} from './schemas.ts';

const tag = 'Loyalty';
const params = Type.Object({ loyaltyGiftId: uuid('The gift.') });
const example = { params: { loyaltyGiftId: '01890a5d-ac96-774b-bcce-b302099a8057' } };
const one = { statuses: [200] as const, schema: LoyaltyGiftModel, description: 'The gift.' };

/** What members can have for points. */
export function giftCatalogueRoutes(app: FastifyInstance): void {
  writingRoutes(app);
  readingRoutes(app);
}

function writingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createLoyaltyGift',
    method: 'POST',
    path: '/v1/loyalty-gifts',
    tag,
    summary: 'Add a gift to the catalogue',
    description: 'Members can have it for points, as many as there are.',
    access: { secret: 'loyalty:write' },
    body: LoyaltyGiftCreate,
    success: { statuses: [201], schema: LoyaltyGiftModel, description: 'The gift.' },
    errors: [e.gift_product_not_found, e.gift_tier_not_found, e.gift_times_contradictory],
    example: { body: { name: 'Tea tin', pricePoints: 500, stockQuantity: 20, memberLimit: 2 } },
    run: (ctx, { body }) => createLoyaltyGift(ctx, body),
    present: presentGift,
  });

  operation(app, {
    operationId: 'updateLoyaltyGift',
    method: 'PATCH',
    path: '/v1/loyalty-gifts/{loyaltyGiftId}',
    tag,
    summary: 'Change a gift',
    description:
      'JSON merge patch. What members have of it stays as it is. Archived it cannot be had any more; active again it can.',
    access: { secret: 'loyalty:write' },
    versioned: true,
    params,
    body: LoyaltyGiftUpdate,
    success: one,
    errors: [e.gift_product_not_found, e.gift_tier_not_found, e.gift_times_contradictory],
    example: { ...example, body: { pricePoints: 450 } },
    run: (ctx, input) => updateLoyaltyGift(ctx, input.params.loyaltyGiftId, input.body),
    present: presentGift,
  });

  operation(app, {
    operationId: 'changeGiftStock',
    method: 'POST',
    path: '/v1/loyalty-gifts/{loyaltyGiftId}/stock',
    tag,
    summary: 'Have more or fewer of a gift',
    description: 'By so many, and never fewer than none.',
    access: { secret: 'loyalty:write' },
    idempotency: 'required',
    params,
    body: LoyaltyGiftStockChange,
    success: one,
    errors: [e.gift_out_of_stock, e.gift_stock_too_large],
    example: { ...example, body: { changeQuantity: 10 } },
    run: (ctx, input) => changeGiftStock(ctx, input.params.loyaltyGiftId, input.body.changeQuantity),
    present: presentGift,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getLoyaltyGift',
    method: 'GET',
    path: '/v1/loyalty-gifts/{loyaltyGiftId}',
    tag,
    summary: 'Read a gift',
    description: 'With how many are left. That number changes without the version when somebody has one.',
    access: { secret: 'loyalty:read' },
    holdsFigures: true,
    params,
    success: one,
    errors: [],
    example,
    run: (ctx, input) => readLoyaltyGift(ctx, input.params.loyaltyGiftId),
    present: presentGift,
  });

  operation(app, {
    operationId: 'listLoyaltyGifts',
    method: 'GET',
    path: '/v1/loyalty-gifts',
    tag,
    summary: 'List gifts',
    description: 'Newest first, also archived ones.',
    access: { secret: 'loyalty:read' },
    query: Type.Object({
      ...pageQuery,
      state: Type.Optional(ref(GiftStateName, { description: 'Only those in this state.' })),
    }),
    success: { statuses: [200], schema: LoyaltyGiftPage, description: 'A page of gifts.' },
    errors: [],
    example: { query: { state: 'active' } },
    run: (ctx, { query }) => listLoyaltyGifts(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({ data: rows.map((row) => presentGift(row, ctx)), nextCursor }),
  });

  operation(app, {
    operationId: 'listOfferedGifts',
    method: 'GET',
    path: '/v1/catalogue/gifts',
    tag,
    summary: 'List gifts that can be had for points',
    description:
      'What can be had at this moment, newest first, for shop front ends. Points buy gifts and lower no price.',
    access: { secret: 'loyalty:read', publishable: true, customer: true },
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: OfferedGiftPage, description: 'A page of gifts.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listOfferedGifts(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((row) => presentOfferedGift(row, ctx)),
      nextCursor,
    }),
  });
}

import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { instantText, ref, uuid } from '../../../platform/http/schema.ts';
import { catalogueErrors } from '../errors.ts';
import { getBestPriorPrice } from './best-prior.ts';
import { getProductPriceAt, listProductPrices, recordPastPrices } from './history.ts';
import {
  BestPriorPrice,
  PastPrices,
  PastPricesRecorded,
  presentPrice,
  presentPriorPrice,
  Price,
  PricePage,
  PriorPriceMarket,
  readPastPrices,
} from './schemas.ts';

const tag = 'Prices';
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const params = Type.Object({ productId: uuid('The product.') });
const at = Type.Optional(instantText('The moment; now when absent.'));

/** The price history of products. */
export function priceRoutes(app: FastifyInstance): void {
  listProductPricesRoute(app);
  getProductPriceAtRoute(app);
  getBestPriorPriceRoute(app);
  recordPastPricesRoute(app);
}

function listProductPricesRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listProductPrices',
    method: 'GET',
    path: '/v1/products/{productId}/prices',
    tag,
    summary: 'List the prices that a product had',
    description: 'Newest first; the first is the price now. Never changed.',
    access: { secret: 'products:read' },
    params,
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: PricePage, description: 'A page of prices.' },
    errors: [],
    example: { params: { productId: EXAMPLE_ID }, query: { limit: 20 } },
    run: (ctx, input) => listProductPrices(ctx, input.params.productId, input.query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((row) => presentPrice(row, ctx.shop.currency)),
      nextCursor,
    }),
  });
}

function getProductPriceAtRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getProductPriceAt',
    method: 'GET',
    path: '/v1/products/{productId}/prices/at',
    tag,
    summary: 'Read the price at a moment',
    description: 'The price that was in force then. The price now, for moments that are still to come.',
    access: { secret: 'products:read' },
    params,
    query: Type.Object({ at }),
    success: { statuses: [200], schema: Price, description: 'The price.' },
    errors: [catalogueErrors.no_price_then],
    example: { params: { productId: EXAMPLE_ID }, query: { at: '2026-01-01T00:00:00Z' } },
    run: (ctx, { params: { productId }, query }) =>
      getProductPriceAt(ctx, productId, momentOf(query.at) ?? ctx.now),
    present: (row, ctx) => presentPrice(row, ctx.shop.currency),
  });
}

function getBestPriorPriceRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getBestPriorPrice',
    method: 'GET',
    path: '/v1/products/{productId}/best-prior-price',
    tag,
    summary: 'Read the best price before a moment',
    description:
      'What a crossed-out price may be. CN: the lowest price that was really charged in the last 7 days, else the ' +
      'last one charged. EU: the lowest price that everyone was offered in the last 30 days, by the list or by a campaign, flash sales included.',
    access: { secret: 'products:read' },
    params,
    query: Type.Object({ market: ref(PriorPriceMarket), at }),
    success: { statuses: [200], schema: BestPriorPrice, description: 'The best prior price.' },
    errors: [],
    example: { params: { productId: EXAMPLE_ID }, query: { market: 'EU', at: '2026-01-01T00:00:00Z' } },
    run: (ctx, { params: { productId }, query }) =>
      getBestPriorPrice(ctx, productId, query.market, momentOf(query.at) ?? ctx.now),
    present: (prior, ctx) => presentPriorPrice(prior, ctx.shop.currency),
  });
}

function recordPastPricesRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'recordPastPrices',
    method: 'POST',
    path: '/v1/products/{productId}/prices',
    tag,
    summary: 'Record prices from before the product came here',
    description:
      'For history that was made in another system: only moments before the first price recorded here, so the price ' +
      'now does not change. Safe to repeat: a moment that has this price already is left as it is.',
    access: { secret: 'products:write' },
    params,
    body: PastPrices,
    success: { statuses: [200], schema: PastPricesRecorded, description: 'What became of the prices.' },
    errors: [catalogueErrors.past_price_too_late, catalogueErrors.past_price_differs],
    example: {
      params: { productId: EXAMPLE_ID },
      body: {
        prices: [
          { amount: 360, effectiveAt: '2024-07-04T00:00:00Z' },
          { amount: 450, effectiveAt: '2025-03-31T00:00:00Z' },
        ],
      },
    },
    run: (ctx, { params: { productId }, body }) => recordPastPrices(ctx, productId, readPastPrices(body)),
    present: ({ recorded, known }) => ({ recordedCount: recorded, knownCount: known }),
  });
}

const momentOf = (value: string | undefined): Date | undefined =>
  value === undefined ? undefined : new Date(value);

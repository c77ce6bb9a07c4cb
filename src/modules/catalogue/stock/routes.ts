import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { uuid } from '../../../platform/http/schema.ts';
import { catalogueErrors } from '../errors.ts';
import { adjustStock, getStock, listStockAdjustments, listStockLevels } from './levels.ts';
import {
  presentAdjustment,
  presentStock,
  StockAdjustmentCreate,
  StockAdjustmentPage,
  StockLevel,
  StockLevelPage,
} from './schemas.ts';

const tag = 'Stock';
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const params = Type.Object({ productId: uuid('The product.') });

/** The stock of products. */
export function stockRoutes(app: FastifyInstance): void {
  getStockRoute(app);
  listStockLevelsRoute(app);
  adjustStockRoute(app);
  listStockAdjustmentsRoute(app);
}

function getStockRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getStock',
    method: 'GET',
    path: '/v1/products/{productId}/stock',
    tag,
    summary: 'Read the stock of a product',
    description: 'A resource of its own with a version of its own: it changes with every order.',
    access: { secret: 'products:read' },
    params,
    success: { statuses: [200], schema: StockLevel, description: 'The stock.' },
    errors: [],
    example: { params: { productId: EXAMPLE_ID } },
    run: (ctx, input) => getStock(ctx, input.params.productId),
    present: presentStock,
  });
}

function listStockLevelsRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listStockLevels',
    method: 'GET',
    path: '/v1/stock-levels',
    tag,
    summary: 'List the stock of all products',
    description: 'Newest product first.',
    access: { secret: 'products:read' },
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: StockLevelPage, description: 'A page of stock levels.' },
    errors: [],
    example: { query: { limit: 100 } },
    run: (ctx, { query }) => listStockLevels(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentStock), nextCursor }),
  });
}

function adjustStockRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'adjustStock',
    method: 'POST',
    path: '/v1/products/{productId}/stock-adjustments',
    tag,
    summary: 'Change the stock on hand',
    description:
      'By a number of pieces, for deliveries, losses and counts. Never below what is reserved for orders.',
    access: { secret: 'products:write' },
    idempotency: 'required',
    versioned: true,
    params,
    body: StockAdjustmentCreate,
    success: { statuses: [201], schema: StockLevel, description: 'The stock as it is now.' },
    errors: [catalogueErrors.insufficient_stock, catalogueErrors.stock_limit_exceeded],
    example: {
      params: { productId: EXAMPLE_ID },
      body: { onHandChange: 24, reason: 'Delivery 4711 from Tokyo Traders' },
    },
    run: (ctx, { params: { productId }, body }) => adjustStock(ctx, productId, body),
    present: presentStock,
  });
}

function listStockAdjustmentsRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listStockAdjustments',
    method: 'GET',
    path: '/v1/products/{productId}/stock-adjustments',
    tag,
    summary: 'List the adjustments of a stock',
    description: 'Newest first: who changed the stock on hand, by how much and why. Orders are not in it.',
    access: { secret: 'products:read' },
    params,
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: StockAdjustmentPage, description: 'A page of adjustments.' },
    errors: [],
    example: { params: { productId: EXAMPLE_ID }, query: { limit: 20 } },
    run: (ctx, input) => listStockAdjustments(ctx, input.params.productId, input.query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentAdjustment), nextCursor }),
  });
}

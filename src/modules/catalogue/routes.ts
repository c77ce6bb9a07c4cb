import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { problemBody } from '../../platform/http/error-handler.ts';
import { type Problem, platformErrors } from '../../platform/errors.ts';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { instantText, ref, text, uuid } from '../../platform/http/schema.ts';
import { catalogueErrors } from './errors.ts';
import { priceRoutes } from './prices/routes.ts';
import {
  createProduct,
  getProduct,
  getProductByExternalId,
  listProducts,
  updateProduct,
} from './products.ts';
import {
  presentProduct,
  Product,
  ProductBulkResult,
  ProductBulkUpsert,
  ProductCollection,
  ProductCreate,
  ProductPage,
  ProductSort,
  ProductStatus,
  ProductUpdate,
  readChanges,
  readProduct,
} from './schemas.ts';
import { stockRoutes } from './stock/routes.ts';
import { storefrontRoutes } from './storefront/routes.ts';
import { bulkUpsertProducts, upsertProductByExternalId } from './upsert.ts';

const tag = 'Products';
const BULK_BODY_LIMIT = 10 * 1_048_576;
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const idParams = Type.Object({ productId: uuid('The product.') });
const externalIdParams = Type.Object({ externalId: text('The id in your own system.', 200) });
const writeErrors = [
  catalogueErrors.price_below_minimum,
  catalogueErrors.price_breaks_not_falling,
  catalogueErrors.reference_price_not_true,
  catalogueErrors.freight_template_not_found,
];
const EXAMPLE = {
  name: 'Guaraná Fantástica, 12 x 355 ml',
  priceAmount: 450,
  costAmount: 270,
  minimumPriceAmount: 300,
  taxRateBps: 1900,
  weightGrams: 4700,
  category: 'beverages',
  collections: ['new'],
  groupCode: 'guarana',
  options: { size: '355 ml' },
  priceBreaks: [{ minimumQuantity: 10, unitAmount: 420 }],
  metadata: { supplier: 'Refrescos Americanas LTDA' },
  onHandQuantity: 125,
};

/** Products, their prices and their stock. */
export function catalogueRoutes(app: FastifyInstance): void {
  createProductRoute(app);
  listProductsRoute(app);
  bulkUpsertProductsRoute(app);
  getProductByExternalIdRoute(app);
  upsertProductByExternalIdRoute(app);
  getProductRoute(app);
  updateProductRoute(app);
  priceRoutes(app);
  stockRoutes(app);
  storefrontRoutes(app);
}

function createProductRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createProduct',
    method: 'POST',
    path: '/v1/products',
    tag,
    summary: 'Add a product',
    description: 'One product is one sellable thing. Variants are products that share a `groupCode`.',
    access: { secret: 'products:write' },
    body: ProductCreate,
    success: { statuses: [201], schema: Product, description: 'The product.' },
    errors: [catalogueErrors.product_external_id_taken, ...writeErrors],
    example: { body: { externalId: 'GUA-355', ...EXAMPLE } },
    run: (ctx, { body }) => createProduct(ctx, readProduct(body)),
    present: (row, ctx) => presentProduct(row, ctx.shop.currency),
  });
}

function listProductsRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listProducts',
    method: 'GET',
    path: '/v1/products',
    tag,
    summary: 'List products',
    description:
      'Newest first unless sorted otherwise, of every status; with `updatedSince` in the order of changes. To keep a copy up ' +
      'to date read `/v1/changes`: a list can miss what is committed while it is read.',
    access: { secret: 'products:read' },
    query: Type.Object({
      ...pageQuery,
      status: Type.Optional(ref(ProductStatus)),
      category: Type.Optional(text('Only products of this category.', 100)),
      groupCode: Type.Optional(text('Only the variants of this group.', 100)),
      collection: Type.Optional(ref(ProductCollection)),
      updatedSince: Type.Optional(instantText('Only products changed at or after this moment.')),
      sort: Type.Optional(ref(ProductSort)),
    }),
    success: { statuses: [200], schema: ProductPage, description: 'A page of products.' },
    errors: [platformErrors.sort_not_available],
    example: { query: { limit: 20, status: 'active', category: 'beverages', sort: 'name' } },
    run: (ctx, { query }) => listProducts(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((row) => presentProduct(row, ctx.shop.currency)),
      nextCursor,
    }),
  });
}

function bulkUpsertProductsRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'bulkUpsertProducts',
    method: 'POST',
    path: '/v1/products/bulk',
    tag,
    summary: 'Add or change up to 1,000 products',
    description:
      'By `externalId`. What an item names is replaced, what it leaves out stays. With `perItem` the answer is 207 ' +
      'and says for each item, in order, what became of it; items are refused for the reasons of ' +
      '`upsertProductByExternalId`, and with `duplicate_external_id` when one comes again. With `atomic` one refusal ' +
      'refuses all. A body that does not fit the schema is refused as a whole.',
    access: { secret: 'products:write' },
    bodyLimit: BULK_BODY_LIMIT,
    body: ProductBulkUpsert,
    success: { statuses: [200, 207], schema: ProductBulkResult, description: 'What became of each item.' },
    errors: [catalogueErrors.bulk_refused],
    example: {
      body: {
        mode: 'perItem',
        items: [
          { externalId: 'CHAI-10', name: 'Chai, 10 boxes x 20 bags', priceAmount: 1800, onHandQuantity: 39 },
          { externalId: 'CHANG-24', name: 'Chang, 24 x 12 oz', priceAmount: 1900, onHandQuantity: 17 },
        ],
      },
    },
    run: (ctx, { body }) => {
      const items = body.items.map((item) => {
        const { fields, onHandQuantity } = readProduct(item);
        return { fields: { ...fields, externalId: item.externalId }, onHandQuantity };
      });
      return bulkUpsertProducts(ctx, body.mode ?? 'atomic', items);
    },
    present: ({ outcomes }, ctx) => ({
      results: outcomes.map(({ row, created, problem }, index) =>
        problem
          ? { index, status: problem.definition.status, error: itemError(problem, ctx.requestId) }
          : { index, status: created ? 201 : 200, id: row.id },
      ),
    }),
    statusOf: ({ mode }) => (mode === 'perItem' ? 207 : 200),
  });
}

const itemError = (problem: Problem, requestId: string) => {
  const { errors, ...body } = problemBody(problem, requestId);
  return { ...body, errors: [...errors] };
};

function getProductByExternalIdRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getProductByExternalId',
    method: 'GET',
    path: '/v1/products-by-external-id/{externalId}',
    tag,
    summary: 'Read a product by your own id',
    description: 'By the id that the product has in your own system.',
    access: { secret: 'products:read' },
    params: externalIdParams,
    success: { statuses: [200], schema: Product, description: 'The product.' },
    errors: [],
    example: { params: { externalId: 'GUA-355' } },
    run: (ctx, { params }) => getProductByExternalId(ctx, params.externalId),
    present: (row, ctx) => presentProduct(row, ctx.shop.currency),
  });
}

function upsertProductByExternalIdRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'upsertProductByExternalId',
    method: 'PUT',
    path: '/v1/products-by-external-id/{externalId}',
    tag,
    summary: 'Add or change a product by your own id',
    description:
      'What the body names is replaced whole, lists and maps too; what it leaves out stays as it is, or has its ' +
      'default in a new product. 201 when the product was added, 200 when it was there. Safe to repeat.',
    access: { secret: 'products:write' },
    versioned: true,
    params: externalIdParams,
    body: ProductCreate,
    success: { statuses: [200, 201], schema: Product, description: 'The product as it is now.' },
    errors: [catalogueErrors.insufficient_stock, ...writeErrors],
    example: { params: { externalId: 'GUA-355' }, body: EXAMPLE },
    run: (ctx, { params, body }) => upsertProductByExternalId(ctx, params.externalId, readProduct(body)),
    present: ({ row }, ctx) => presentProduct(row, ctx.shop.currency),
    statusOf: ({ created }) => (created ? 201 : 200),
  });
}

function getProductRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getProduct',
    method: 'GET',
    path: '/v1/products/{productId}',
    tag,
    summary: 'Read a product',
    description:
      'With cost, minimum price and metadata. What customers may see is under `/v1/catalogue/products`.',
    access: { secret: 'products:read' },
    params: idParams,
    success: { statuses: [200], schema: Product, description: 'The product.' },
    errors: [],
    example: { params: { productId: EXAMPLE_ID } },
    run: (ctx, { params }) => getProduct(ctx, params.productId),
    present: (row, ctx) => presentProduct(row, ctx.shop.currency),
  });
}

function updateProductRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'updateProduct',
    method: 'PATCH',
    path: '/v1/products/{productId}',
    tag,
    summary: 'Change a product',
    description:
      'JSON merge patch: null empties a field or removes a key of `options` and `metadata`. A new price goes into ' +
      'the price history. Stock is changed by stock adjustments.',
    access: { secret: 'products:write' },
    versioned: true,
    params: idParams,
    body: ProductUpdate,
    success: { statuses: [200], schema: Product, description: 'The product as it is now.' },
    errors: [catalogueErrors.product_external_id_taken, ...writeErrors],
    example: {
      params: { productId: EXAMPLE_ID },
      body: { priceAmount: 430, metadata: { season: 'summer' } },
    },
    run: (ctx, { params, body }) => updateProduct(ctx, params.productId, readChanges(body)),
    present: (row, ctx) => presentProduct(row, ctx.shop.currency),
  });
}

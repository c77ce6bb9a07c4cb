import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, text, uuid } from '../../../platform/http/schema.ts';
import { ProductCollection } from '../schemas.ts';
import { getCatalogueProduct, listCatalogueProducts } from './browse.ts';
import { CatalogueProduct, CatalogueProductPage, CatalogueSort, presentCatalogueProduct } from './schemas.ts';

const tag = 'Storefront';
const access = { secret: 'products:read', publishable: true, customer: true } as const;

/** The catalogue as shop front ends and customers read it. */
export function storefrontRoutes(app: FastifyInstance): void {
  listCatalogueProductsRoute(app);
  getCatalogueProductRoute(app);
}

function listCatalogueProductsRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCatalogueProducts',
    method: 'GET',
    path: '/v1/catalogue/products',
    tag,
    summary: 'List products on sale',
    description:
      'What customers may see of the products that are on sale. Newest first unless sorted otherwise.',
    access,
    query: Type.Object({
      ...pageQuery,
      category: Type.Optional(text('Only products of this category.', 100)),
      groupCode: Type.Optional(text('Only the variants of this group.', 100)),
      collection: Type.Optional(ref(ProductCollection)),
      sort: Type.Optional(ref(CatalogueSort)),
    }),
    success: { statuses: [200], schema: CatalogueProductPage, description: 'A page of products.' },
    errors: [],
    example: { query: { limit: 24, collection: 'new' } },
    run: (ctx, { query }) => listCatalogueProducts(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((row) => presentCatalogueProduct(row, ctx.shop.currency)),
      nextCursor,
    }),
  });
}

function getCatalogueProductRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getCatalogueProduct',
    method: 'GET',
    path: '/v1/catalogue/products/{productId}',
    tag,
    summary: 'Read a product on sale',
    description: 'What customers may see of it. A product that is not on sale is not found.',
    access,
    params: Type.Object({ productId: uuid('The product.') }),
    success: { statuses: [200], schema: CatalogueProduct, description: 'The product.' },
    errors: [],
    example: { params: { productId: '01890a5d-ac96-774b-bcce-b302099a8057' } },
    run: (ctx, { params }) => getCatalogueProduct(ctx, params.productId),
    present: (offered, ctx) => presentCatalogueProduct(offered, ctx.shop.currency),
  });
}

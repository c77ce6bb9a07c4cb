import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { countryCode, uuid } from '../../platform/http/schema.ts';
import { customersErrors } from '../customers/errors.ts';
import { campaignErrors } from './errors.ts';
import { ProductOfferList, presentOffers } from './offer-schemas.ts';
import { listProductOffers } from './offers.ts';

/** What a shop front shows beside a product. */
export function offerRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listProductOffers',
    method: 'GET',
    path: '/v1/products/{productId}/offers',
    tag: 'Campaigns',
    summary: 'List the offers that touch a product',
    description:
      'Before anyone buys: the campaigns that run now and what each does for one unit, or what it takes. Campaigns that ask for a code ' +
      'are not among them, nor those that are for members of other segments. With a customer token, for that customer.',
    access: { secret: 'campaigns:read', publishable: true, customer: true },
    params: Type.Object({ productId: uuid('The product.') }),
    query: Type.Object({
      channel: Type.String({
        pattern: '^[a-z0-9][a-z0-9_-]{0,39}$',
        default: 'web',
        description: 'Where it would be ordered.',
      }),
      country: Type.Optional(countryCode('Where it would go.')),
      customerId: Type.Optional(uuid('For whom; only with a secret key.')),
    }),
    success: { statuses: [200], schema: ProductOfferList, description: 'The offers.' },
    errors: [
      campaignErrors.customer_not_nameable,
      customersErrors.customer_not_found,
      customersErrors.customer_merged,
      customersErrors.customer_erased,
    ],
    example: { params: { productId: '01890a5d-ac96-774b-bcce-b302099a8057' }, query: { channel: 'web' } },
    run: (ctx, { params, query }) => listProductOffers(ctx, { ...params, ...query }),
    present: (offers, ctx) => presentOffers(offers, ctx.shop.currency),
  });
}

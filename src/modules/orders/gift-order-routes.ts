import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { giftErrors } from '../loyalty/gifts/errors.ts';
import { orderErrors as e } from './errors.ts';
import { GiftOrderCreate } from './gift-order-schemas.ts';
import { orderTerms, placeOrder } from './place.ts';
import { buyerErrors } from './route-parts.ts';
import { OrderModel, presentOrder } from './schemas.ts';

/** What is refused of gifts that an order takes along. */
export const takenGiftErrors = [
  giftErrors.gift_grant_not_found,
  giftErrors.gift_grant_not_shippable,
  giftErrors.gift_grant_not_open,
];

/** Gifts that customers are owed, sent to them without anything else. */
export function giftOrderRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'placeGiftOrder',
    method: 'POST',
    path: '/v1/gift-orders',
    tag: 'Orders',
    summary: 'Have gifts sent',
    description:
      'An order of nothing but gifts that the customer is owed. It costs nothing, freight is the shop’s, and it is paid when it is placed.',
    access: { secret: 'orders:write', customer: true },
    idempotency: 'required',
    body: GiftOrderCreate,
    success: { statuses: [201], schema: OrderModel, description: 'The order.' },
    errors: [
      ...takenGiftErrors,
      e.out_of_stock,
      e.delivery_method_not_available,
      ...buyerErrors,
      e.external_id_taken,
      e.not_for_customers,
    ],
    example: {
      body: {
        giftGrantIds: ['01890a5d-ac96-774b-bcce-b302099a8057'],
        shippingAddress: {
          name: 'Maria Anders',
          line1: 'Obere Str. 57',
          city: 'Berlin',
          postalCode: '12209',
          country: 'DE',
        },
      },
    },
    run: (ctx, { body }) => placeOrder(ctx, { ...body, lines: [], terms: orderTerms(ctx, body) }),
    present: presentOrder,
  });
}

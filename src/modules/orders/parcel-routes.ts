import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { uuid } from '../../platform/http/schema.ts';
import { parcelErrors } from '../shipping/parcels/errors.ts';
import {
  DeliveryRatingCreate,
  DeliveryRatingModel,
  presentRating,
  presentTracked,
  TrackedParcelList,
} from '../shipping/parcels/schemas.ts';
import { rateParcelDelivery, readOrderParcels } from './parcels.ts';

const someId = '01890a5d-ac96-774b-bcce-b302099a8057';

/** Parcels as buyers follow them. */
export function orderParcelRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listOrderParcels',
    method: 'GET',
    path: '/v1/orders/{orderId}/parcels',
    tag: 'Orders',
    summary: 'Follow the parcels of an order',
    description:
      'Those that left with a carrier of the shop: where each stands, what happened to it, and for which day it is promised. What ' +
      'it costs the shop is in `GET /v1/parcels`.',
    access: { secret: 'orders:read', customer: true },
    params: Type.Object({ orderId: uuid('The order.') }),
    success: { statuses: [200], schema: TrackedParcelList, description: 'The parcels, oldest first.' },
    errors: [],
    example: { params: { orderId: someId } },
    run: (ctx, { params }) => readOrderParcels(ctx, params.orderId),
    present: (parcels) => ({ data: parcels.map(presentTracked) }),
  });

  operation(app, {
    operationId: 'rateDelivery',
    method: 'POST',
    path: '/v1/orders/{orderId}/parcels/{parcelId}/rating',
    tag: 'Orders',
    summary: 'Rate the delivery of a parcel',
    description:
      'From 1 to 5, once, by the customer or by staff for them. It counts in the score of the carrier. The same again changes nothing.',
    access: { secret: 'orders:write', customer: true },
    params: Type.Object({ orderId: uuid('The order.'), parcelId: uuid('The parcel.') }),
    body: DeliveryRatingCreate,
    success: { statuses: [200], schema: DeliveryRatingModel, description: 'The rating.' },
    errors: [parcelErrors.parcel_not_delivered, parcelErrors.delivery_already_rated],
    example: { params: { orderId: someId, parcelId: someId }, body: { rating: 5 } },
    run: (ctx, { params, body }) => rateParcelDelivery(ctx, { ...params, ...body }),
    present: presentRating,
  });
}

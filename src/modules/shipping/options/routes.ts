import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { compareDeliveryOptions } from './list.ts';
import { DeliveryOptionList, DeliveryOptionsQuery, presentOptions } from './schemas.ts';

export function optionRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listDeliveryOptions',
    method: 'POST',
    path: '/v1/delivery-options',
    tag: 'Carriers',
    summary: 'Compare the ways to send something',
    description:
      'Every method that is offered to a place, by cost, speed or score, with its price by the list in force, how long it takes and by ' +
      'how many cases that is known, and why it stands where it stands. Nothing is written. Carriers on trial get their share of first ' +
      'places, decided by the key alone.',
    access: { secret: 'carriers:read' },
    body: DeliveryOptionsQuery,
    success: { statuses: [200], schema: DeliveryOptionList, description: 'The ways, best first.' },
    errors: [],
    example: { body: { country: 'DE', weightGrams: 1200, rankBy: 'cost', key: 'basket-118' } },
    run: (ctx, { body }) =>
      compareDeliveryOptions(ctx, {
        country: body.country,
        region: body.region ?? null,
        weightGrams: body.weightGrams,
        volumeMm3: body.volumeMm3 ?? null,
        rankBy: body.rankBy ?? 'cost',
        ...(body.key === undefined ? {} : { key: body.key }),
      }),
    present: (options, ctx) => presentOptions(options, ctx.shop.currency),
  });
}

import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { uuid } from '../../platform/http/schema.ts';
import { OrderPointsModel, presentOrderPoints } from '../loyalty/accrual-schemas.ts';
import { readOrderPoints } from '../loyalty/accruals.ts';
import { readOrder } from './read.ts';

/** What orders earn. */
export function orderPointsRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getOrderPoints',
    method: 'GET',
    path: '/v1/orders/{orderId}/points',
    tag: 'Orders',
    summary: 'Read what an order earned',
    description:
      'The points of the order by line, what of them went with goods that came back, and the lots that hold them. ' +
      'With a customer token, only of an own order.',
    access: { secret: 'orders:read', customer: true },
    params: Type.Object({ orderId: uuid('The order.') }),
    success: { statuses: [200], schema: OrderPointsModel, description: 'What it earned.' },
    errors: [],
    example: { params: { orderId: '01890a5d-ac96-774b-bcce-b302099a8057' } },
    run: async (ctx, { params }) => {
      const { order } = await readOrder(ctx, params.orderId);
      return { orderId: order.id, points: await readOrderPoints(ctx.db, ctx.shop.id, order.id) };
    },
    present: ({ orderId, points }) => presentOrderPoints(orderId, points),
  });
}

import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { campaignErrors } from '../campaigns/errors.ts';
import {
  CampaignEvaluate,
  CampaignEvaluation,
  OrderPriceTraceModel,
  presentEvaluation,
  presentOrderTrace,
} from './campaign-schemas.ts';
import { evaluateCampaigns } from './evaluate-campaigns.ts';
import { readPriceTrace } from './price-trace.ts';
import { buyerErrors, orderParams, pricingErrors } from './route-parts.ts';

/** How prices come about. */
export function pricingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'evaluateCampaigns',
    method: 'POST',
    path: '/v1/campaigns/evaluate',
    tag: 'Campaigns',
    summary: 'Try campaigns on a basket',
    description:
      'A dry run by the function that prices quotes and orders: at another moment, or with drafts as if they ran. It writes nothing, ' +
      'takes nothing of any limit, and its prices are not held.',
    access: { secret: 'campaigns:read' },
    body: CampaignEvaluate,
    success: {
      statuses: [200],
      schema: CampaignEvaluation,
      description: 'The prices, and how they come about.',
    },
    errors: [...pricingErrors, campaignErrors.campaign_not_found, ...buyerErrors],
    example: {
      body: {
        lines: [{ productId: '01890a5d-ac96-774b-bcce-b302099a8057', quantity: 2 }],
        at: '2026-06-18T04:00:00.000Z',
      },
    },
    run: (ctx, { body }) => evaluateCampaigns(ctx, body),
    present: (evaluation, ctx) => presentEvaluation(evaluation, ctx.shop.currency),
  });

  operation(app, {
    operationId: 'getOrderPriceTrace',
    method: 'GET',
    path: '/v1/orders/{orderId}/price-trace',
    tag: 'Orders',
    summary: 'Read how the price of an order came about',
    description:
      'The campaigns that were applied, those that were not and why, and where the margin guard took something back, which customers ' +
      'do not see.',
    access: { secret: 'orders:read', customer: true },
    params: orderParams,
    success: { statuses: [200], schema: OrderPriceTraceModel, description: 'The trace.' },
    errors: [],
    example: { params: { orderId: '01890a5d-ac96-774b-bcce-b302099a8057' } },
    run: (ctx, { params }) => readPriceTrace(ctx, params.orderId),
    present: (found, ctx) => presentOrderTrace(found, ctx.customerId !== undefined),
  });
}

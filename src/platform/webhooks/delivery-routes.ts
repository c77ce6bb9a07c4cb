import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../http/operation.ts';
import { pageQuery } from '../http/pagination.ts';
import { ref, text, uuid } from '../http/schema.ts';
import {
  getWebhookDelivery,
  listWebhookDeliveries,
  retryWebhookDelivery,
  testWebhookEndpoint,
} from './deliveries.ts';
import { webhookErrors as e } from './errors.ts';
import { replayWebhooks } from './replay.ts';
import {
  presentDelivery,
  presentDeliveryDetails,
  WebhookDeliveryDetails,
  WebhookDeliveryPage,
  WebhookDeliveryState,
  WebhookReplay,
  WebhookReplayed,
} from './schemas.ts';

const tag = 'Webhooks';
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const endpointParams = Type.Object({ endpointId: uuid('The endpoint.') });
const deliveryParams = Type.Object({ deliveryId: uuid('The delivery.') });
const details = {
  statuses: [200],
  schema: WebhookDeliveryDetails,
  description: 'The delivery with its attempts.',
} as const;

/** The log of webhooks, and sending again. */
export function deliveryRoutes(app: FastifyInstance): void {
  testRoute(app);
  replayRoute(app);
  readRoutes(app);
  retryRoute(app);
}

function testRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'testWebhookEndpoint',
    method: 'POST',
    path: '/v1/webhook-endpoints/{endpointId}/test',
    tag,
    summary: 'Try a webhook endpoint',
    description:
      'Sends it a `webhook.test` event in the way of any other, whatever types it gets. Answers with the delivery; what ' +
      'came of it stands in `getWebhookDelivery` a moment later.',
    access: { secret: 'webhooks:write' },
    params: endpointParams,
    success: { ...details, statuses: [202] },
    errors: [e.webhook_endpoint_disabled],
    example: { params: { endpointId: EXAMPLE_ID } },
    run: (ctx, { params }) => testWebhookEndpoint(ctx, params.endpointId),
    present: presentDeliveryDetails,
  });
}

function replayRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'replayWebhooks',
    method: 'POST',
    path: '/v1/webhook-endpoints/{endpointId}/replay',
    tag,
    summary: 'Send events again',
    description:
      'By `eventIds`, or by time: from `fromAt` to `toAt`. One call takes up to 1,000 events, the oldest first, and says ' +
      'where to continue. They arrive with the same `webhook-id` as before.',
    access: { secret: 'webhooks:write' },
    params: endpointParams,
    body: WebhookReplay,
    success: { statuses: [202], schema: WebhookReplayed, description: 'What was set on its way.' },
    errors: [e.webhook_endpoint_disabled, e.unknown_event],
    example: {
      params: { endpointId: EXAMPLE_ID },
      body: { fromAt: '2026-03-01T08:00:00Z', toAt: '2026-03-01T09:30:00Z', types: ['order.placed'] },
    },
    run: (ctx, { params, body }) => replayWebhooks(ctx, params.endpointId, body),
    present: (replay) => replay,
  });
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listWebhookDeliveries',
    method: 'GET',
    path: '/v1/webhook-deliveries',
    tag,
    summary: 'List webhook deliveries',
    description: 'Newest first. Those that were over 30 days ago are forgotten.',
    access: { secret: 'webhooks:read' },
    query: Type.Object({
      ...pageQuery,
      endpointId: Type.Optional(uuid('Only those to this endpoint.')),
      state: Type.Optional(ref(WebhookDeliveryState)),
      type: Type.Optional(text('Only those of events of this type.', 100)),
    }),
    success: { statuses: [200], schema: WebhookDeliveryPage, description: 'A page of deliveries.' },
    errors: [],
    example: { query: { limit: 20, state: 'failed', type: 'order.placed' } },
    run: (ctx, { query }) => listWebhookDeliveries(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentDelivery), nextCursor }),
  });

  operation(app, {
    operationId: 'getWebhookDelivery',
    method: 'GET',
    path: '/v1/webhook-deliveries/{deliveryId}',
    tag,
    summary: 'Read a webhook delivery',
    description: 'With the log of its attempts: what the endpoint answered, or why it did not.',
    access: { secret: 'webhooks:read' },
    params: deliveryParams,
    success: details,
    errors: [],
    example: { params: { deliveryId: EXAMPLE_ID } },
    run: (ctx, { params }) => getWebhookDelivery(ctx, params.deliveryId),
    present: presentDeliveryDetails,
  });
}

function retryRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'retryWebhookDelivery',
    method: 'POST',
    path: '/v1/webhook-deliveries/{deliveryId}/retry',
    tag,
    summary: 'Try a webhook delivery again',
    description:
      'At once, also one that has failed or was cancelled, and with all its attempts before it. One that succeeded is ' +
      'sent again by a replay.',
    access: { secret: 'webhooks:write' },
    params: deliveryParams,
    success: { ...details, statuses: [202] },
    errors: [e.webhook_delivery_succeeded, e.webhook_endpoint_disabled],
    example: { params: { deliveryId: EXAMPLE_ID } },
    run: (ctx, { params }) => retryWebhookDelivery(ctx, params.deliveryId),
    present: presentDeliveryDetails,
  });
}

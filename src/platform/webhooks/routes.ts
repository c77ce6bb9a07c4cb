import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../http/operation.ts';
import { pageQuery } from '../http/pagination.ts';
import { uuid } from '../http/schema.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  disableWebhookEndpoint,
  enableWebhookEndpoint,
  getWebhookEndpoint,
  listWebhookEndpoints,
  rotateWebhookSecret,
  updateWebhookEndpoint,
} from './endpoints.ts';
import { webhookErrors as e } from './errors.ts';
import {
  presentEndpoint,
  WebhookEndpoint,
  WebhookEndpointCreate,
  WebhookEndpointPage,
  WebhookEndpointUpdate,
  WebhookEndpointWithSecret,
  WebhookSecretRotate,
} from './schemas.ts';

const tag = 'Webhooks';
const params = Type.Object({ endpointId: uuid('The endpoint.') });
const example = { params: { endpointId: '01890a5d-ac96-774b-bcce-b302099a8057' } };
const whole = { statuses: [200], schema: WebhookEndpoint, description: 'The endpoint.' } as const;

/** Webhook endpoints and their deliveries. `knownTypes`: the types of events that an endpoint can ask for. */
export function webhookRoutes(app: FastifyInstance, knownTypes: ReadonlySet<string>): void {
  createEndpointRoute(app, knownTypes);
  readEndpointRoutes(app);
  updateEndpointRoute(app, knownTypes);
  deleteEndpointRoute(app);
  stateRoutes(app);
  rotateSecretRoute(app);
  deliveryRoutes(app);
}

function createEndpointRoute(app: FastifyInstance, knownTypes: ReadonlySet<string>): void {
  operation(app, {
    operationId: 'createWebhookEndpoint',
    method: 'POST',
    path: '/v1/webhook-endpoints',
    tag,
    summary: 'Make a webhook endpoint',
    description:
      'It gets every event from now on, at least once, as the `webhooks` section of this document has them, signed as ' +
      'Standard Webhooks has it. An answer of 2xx within 15 seconds is success; else the event is sent again with ' +
      'growing delays over three days, 12 times in all. Redirects are not followed. 410 disables the endpoint, and so ' +
      'do three days of nothing but failures. The answer is the only place where the secret is shown, so an ' +
      'Idempotency-Key is not looked at. A shop can have 50 endpoints.',
    access: { secret: 'webhooks:write' },
    idempotency: 'none',
    body: WebhookEndpointCreate,
    success: {
      statuses: [201],
      schema: WebhookEndpointWithSecret,
      description: 'The endpoint, with its secret.',
    },
    errors: [e.webhook_url_refused, e.unknown_event_type, e.too_many_webhook_endpoints],
    example: {
      body: {
        url: 'https://erp.example.com/webhooks/makegood',
        description: 'The ERP',
        types: ['order.placed', 'order.paid'],
        metadata: { team: 'back-office' },
      },
    },
    run: (ctx, { body }) => createWebhookEndpoint(ctx, knownTypes, body),
    present: ({ row, secret }) => ({ ...presentEndpoint(row), secret }),
  });
}

function readEndpointRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listWebhookEndpoints',
    method: 'GET',
    path: '/v1/webhook-endpoints',
    tag,
    summary: 'List webhook endpoints',
    description: 'Newest first, also disabled ones.',
    access: { secret: 'webhooks:read' },
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: WebhookEndpointPage, description: 'A page of endpoints.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listWebhookEndpoints(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentEndpoint), nextCursor }),
  });

  operation(app, {
    operationId: 'getWebhookEndpoint',
    method: 'GET',
    path: '/v1/webhook-endpoints/{endpointId}',
    tag,
    summary: 'Read a webhook endpoint',
    description: 'Without its secret, which was shown when it was made.',
    access: { secret: 'webhooks:read' },
    holdsFigures: true,
    params,
    success: whole,
    errors: [],
    example,
    run: (ctx, input) => getWebhookEndpoint(ctx, input.params.endpointId),
    present: presentEndpoint,
  });
}

function updateEndpointRoute(app: FastifyInstance, knownTypes: ReadonlySet<string>): void {
  operation(app, {
    operationId: 'updateWebhookEndpoint',
    method: 'PATCH',
    path: '/v1/webhook-endpoints/{endpointId}',
    tag,
    summary: 'Change a webhook endpoint',
    description:
      'JSON merge patch. What is on its way goes to the new address; other types count for events that are not yet on ' +
      'their way.',
    access: { secret: 'webhooks:write' },
    versioned: true,
    params,
    body: WebhookEndpointUpdate,
    success: whole,
    errors: [e.webhook_url_refused, e.unknown_event_type],
    example: { ...example, body: { types: [], metadata: { team: 'finance' } } },
    run: (ctx, input) => updateWebhookEndpoint(ctx, knownTypes, input.params.endpointId, input.body),
    present: presentEndpoint,
  });
}

function deleteEndpointRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'deleteWebhookEndpoint',
    method: 'DELETE',
    path: '/v1/webhook-endpoints/{endpointId}',
    tag,
    summary: 'Delete a webhook endpoint',
    description:
      'For good. What is on its way is cancelled; the log of its deliveries can be read as long as any. Answers with the ' +
      'endpoint as it was.',
    access: { secret: 'webhooks:write' },
    versioned: true,
    params,
    success: whole,
    errors: [],
    example,
    run: (ctx, input) => deleteWebhookEndpoint(ctx, input.params.endpointId),
    present: presentEndpoint,
  });
}

function stateRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'enableWebhookEndpoint',
    method: 'POST',
    path: '/v1/webhook-endpoints/{endpointId}/enable',
    tag,
    summary: 'Enable a webhook endpoint',
    description:
      'It gets what happens from now on. What it missed is replayed on request. Enabling it again changes nothing.',
    access: { secret: 'webhooks:write' },
    versioned: true,
    params,
    success: whole,
    errors: [],
    example,
    run: (ctx, input) => enableWebhookEndpoint(ctx, input.params.endpointId),
    present: presentEndpoint,
  });

  operation(app, {
    operationId: 'disableWebhookEndpoint',
    method: 'POST',
    path: '/v1/webhook-endpoints/{endpointId}/disable',
    tag,
    summary: 'Disable a webhook endpoint',
    description: 'Nothing more is sent to it, and what is on its way is cancelled.',
    access: { secret: 'webhooks:write' },
    versioned: true,
    params,
    success: whole,
    errors: [],
    example,
    run: (ctx, input) => disableWebhookEndpoint(ctx, input.params.endpointId),
    present: presentEndpoint,
  });
}

function rotateSecretRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'rotateWebhookSecret',
    method: 'POST',
    path: '/v1/webhook-endpoints/{endpointId}/rotate-secret',
    tag,
    summary: 'Change the secret of a webhook endpoint',
    description:
      'For 24 hours, or as long as said, both secrets sign: `webhook-signature` then holds two signatures, and a receiver ' +
      'that knows one of the secrets is content. The answer is the only place where the secret is shown, so an ' +
      'Idempotency-Key is not looked at.',
    access: { secret: 'webhooks:write' },
    idempotency: 'none',
    versioned: true,
    params,
    body: WebhookSecretRotate,
    success: {
      statuses: [200],
      schema: WebhookEndpointWithSecret,
      description: 'The endpoint, with its secret.',
    },
    errors: [],
    example: { ...example, body: { previousSecretHours: 48 } },
    run: (ctx, input) => rotateWebhookSecret(ctx, input.params.endpointId, input.body.previousSecretHours),
    present: ({ row, secret }) => ({ ...presentEndpoint(row), secret }),
  });
}

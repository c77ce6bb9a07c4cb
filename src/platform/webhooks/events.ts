import { Type } from '@sinclair/typebox';
import { defineEvent } from '../events/define.ts';
import { text } from '../http/schema.ts';

/** Sent to the endpoint that is tested and to no other. */
export const webhookTested = defineEvent(
  'webhook.test',
  'Somebody tries a webhook endpoint, which is the subject. Only that endpoint gets it.',
  Type.Object({ message: text('A sentence for whoever reads the log.', 200) }),
);

export const webhookEndpointDisabled = defineEvent(
  'webhook_endpoint.disabled',
  'Events are no longer sent to a webhook endpoint. Who reads the change feed learns it here.',
  Type.Object({ reason: text('`staff`, `gone` (it answered 410) or `failing` (for three days).', 20) }),
);

export const webhookEvents = [webhookTested, webhookEndpointDisabled];

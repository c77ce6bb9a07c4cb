import { Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  Metadata,
  MetadataUpdate,
  model,
  nullableInstant,
  nullableRef,
  nullableText,
  pageOf,
  ref,
  text,
  uuid,
  versionNumber,
} from '../http/schema.ts';
import type { DeliveryWithAttempts } from './deliveries.ts';
import { SEND_FAULTS } from './send.ts';
import type { deliveryStates } from './states.ts';
import type { WebhookAttemptRow, WebhookDeliveryRow, WebhookEndpointRow } from './tables.ts';

const WebhookEndpointState = enumeration('WebhookEndpointState', 'Whether events are sent to it.', [
  'enabled',
  'disabled',
]);
const WebhookDisabledReason = enumeration(
  'WebhookDisabledReason',
  'Staff did it, it answered 410, or for three days it did nothing but fail.',
  ['staff', 'gone', 'failing'],
);
export const WebhookDeliveryState = enumeration(
  'WebhookDeliveryState',
  'On its way, arrived, given up, or cancelled because its endpoint was disabled.',
  ['pending', 'succeeded', 'failed', 'cancelled'] satisfies typeof deliveryStates.names,
);
const WebhookErrorCode = enumeration('WebhookErrorCode', 'Why there is no answer.', SEND_FAULTS);

const url = (description: string) => text(description, 2_000);
const types = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 100, description: 'For example `order.placed`.' }), {
    uniqueItems: true,
    maxItems: 200,
    description,
  });
const URL_RULES =
  'Where events are sent: https, for a test shop also http; a public address, no user name, no fragment.';

const endpointFields = {
  id: uuid('The endpoint.'),
  url: url(URL_RULES),
  description: nullableText('What it is for.'),
  types: types('The types of events that it gets; empty for all.'),
  state: ref(WebhookEndpointState),
  disabledReason: nullableRef(WebhookDisabledReason, 'Why it is disabled.'),
  disabledAt: nullableInstant('Since when it is disabled; real time.'),
  failingSinceAt: nullableInstant('Since then nothing but failures; after three days it is disabled.'),
  previousSecretExpiresAt: nullableInstant('Until then the secret before the newest signs too; real time.'),
  metadata: ref(Metadata),
  version: versionNumber(),
  createdAt: instantText('When it was made; real time.'),
};
export const WebhookEndpoint = model('WebhookEndpoint', 'Where events are sent.', endpointFields);
export const WebhookEndpointPage = pageOf('WebhookEndpointPage', WebhookEndpoint);
export const WebhookEndpointWithSecret = model(
  'WebhookEndpointWithSecret',
  'An endpoint with its new secret. This is the only time that the secret is shown.',
  {
    ...endpointFields,
    secret: text('Verifies signatures as Standard Webhooks has it: `whsec_` and base64.', 100),
  },
);
export const WebhookEndpointCreate = inputModel('WebhookEndpointCreate', 'An endpoint to make.', {
  url: url(URL_RULES),
  description: Type.Optional(nullableText('What it is for.', { minLength: 1, maxLength: 500 })),
  types: Type.Unsafe<string[]>({ ...types('The types of events that it gets; empty for all.'), default: [] }),
  metadata: Type.Optional(ref(Metadata)),
});
export const WebhookEndpointUpdate = inputModel(
  'WebhookEndpointUpdate',
  'What may be changed about an endpoint, as JSON merge patch.',
  {
    url: Type.Optional(url(URL_RULES)),
    description: Type.Optional(nullableText('What it is for.', { minLength: 1, maxLength: 500 })),
    types: Type.Optional(types('The types of events that it gets; empty for all.')),
    metadata: Type.Optional(ref(MetadataUpdate)),
  },
);
export const WebhookSecretRotate = inputModel('WebhookSecretRotate', 'How to change the secret.', {
  previousSecretHours: Type.Integer({
    default: 24,
    minimum: 0,
    maximum: 168,
    description: 'How long the present secret signs too; 0 when it is no longer to count at once.',
  }),
});

export const WebhookReplay = inputModel(
  'WebhookReplay',
  'Which events to send again: those of `eventIds`, or those of a span of time.',
  {
    eventIds: Type.Optional(
      Type.Array(uuid('An event.'), {
        minItems: 1,
        maxItems: 1_000,
        uniqueItems: true,
        description: 'These events, also of types that the endpoint does not get else.',
      }),
    ),
    fromAt: Type.Optional(instantText("From then on, by the events' `timestamp`: real time.")),
    toAt: Type.Optional(instantText('Until before then; now when absent.')),
    types: Type.Optional(types("Only these types; the endpoint's own when absent.")),
    after: Type.Optional(
      Type.String({
        pattern: '^c\\d{1,18}$',
        description: 'The `continueAfter` of the call before, with the same span and types.',
      }),
    ),
  },
);
export const WebhookReplayed = model('WebhookReplayed', 'What a replay set on its way.', {
  enqueuedCount: Type.Integer({ description: 'How many events; at most 1,000 in one call.' }),
  continueAfter: nullableText('There are more: call again with this as `after`. Null when there are none.'),
});

const deliveryFields = {
  id: uuid('The delivery.'),
  endpointId: uuid('Where it goes.'),
  eventId: uuid('The event; the `webhook-id` of every attempt.'),
  type: text('The type of the event.', 100),
  state: ref(WebhookDeliveryState),
  replayNumber: Type.Integer({ description: '0 for the event as it happened, 1 for its first replay.' }),
  attemptCount: Type.Integer({ description: 'How often it was tried.' }),
  nextAttemptAt: nullableInstant('When it is tried next; only while it is pending. Real time.'),
  finishedAt: nullableInstant('Since when it is over; real time. It is forgotten 30 days later.'),
  createdAt: instantText('When it was set on its way; real time.'),
};
const WebhookDelivery = model('WebhookDelivery', 'An event on its way to an endpoint.', deliveryFields);
export const WebhookDeliveryPage = pageOf('WebhookDeliveryPage', WebhookDelivery);
const WebhookAttempt = model('WebhookAttempt', 'What an endpoint answered, or why it did not.', {
  number: Type.Integer({ description: '1 for the first.' }),
  startedAt: instantText('When it began; real time.'),
  durationMs: Type.Integer({ description: 'How long it took.' }),
  statusCode: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'The HTTP status; null when there was no answer. Redirects are not followed.',
  }),
  errorCode: nullableRef(WebhookErrorCode, 'Why there was no answer.'),
  excerpt: nullableText('The beginning of the answer: at most 1,000 characters.'),
});
export const WebhookDeliveryDetails = model(
  'WebhookDeliveryDetails',
  'A delivery with the log of its attempts.',
  {
    ...deliveryFields,
    attempts: Type.Array(ref(WebhookAttempt), { description: 'The newest 100 attempts, oldest first.' }),
  },
);

export const presentEndpoint = (row: WebhookEndpointRow) => ({
  id: row.id,
  url: row.url,
  description: row.description,
  types: row.types,
  state: row.state,
  disabledReason: row.disabledReason,
  disabledAt: instantOrNull(row.disabledAt),
  failingSinceAt: instantOrNull(row.failingSince),
  previousSecretExpiresAt: instantOrNull(row.previousSecretExpiresAt),
  metadata: row.metadata,
  version: row.version,
  createdAt: row.createdAt.toISOString(),
});

export const presentDelivery = (row: WebhookDeliveryRow) => ({
  id: row.id,
  endpointId: row.endpointId,
  eventId: row.eventId,
  type: row.eventType,
  state: row.state,
  replayNumber: row.replayNumber,
  attemptCount: row.attemptCount,
  nextAttemptAt: instantOrNull(row.nextAttemptAt),
  finishedAt: instantOrNull(row.finishedAt),
  createdAt: row.createdAt.toISOString(),
});

const presentAttempt = (row: WebhookAttemptRow) => ({
  number: row.number,
  startedAt: row.startedAt.toISOString(),
  durationMs: row.durationMs,
  statusCode: row.statusCode,
  errorCode: row.errorCode as (typeof SEND_FAULTS)[number] | null,
  excerpt: row.excerpt,
});

export const presentDeliveryDetails = ({ delivery, attempts }: DeliveryWithAttempts) => ({
  ...presentDelivery(delivery),
  attempts: attempts.map(presentAttempt),
});

import type { EventDefinition } from '../events/define.ts';
import { plainSchema } from '../http/references.ts';

/** `order.price_lowered` is `OrderPriceLowered` in names of components. */
const nameOf = (type: string): string =>
  type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The name of the component that describes an event as it is sent. */
export const eventComponentOf = (type: string): string => `${nameOf(type)}Event`;

type Json = Record<string, unknown>;

interface Document {
  components?: { schemas?: Record<string, Json> };
  webhooks?: Record<string, object>;
}

/** Adds the `webhooks` section: one entry per type of event, made from its definition. */
export function describeWebhooks(document: object, events: readonly EventDefinition[]): void {
  const target = document as Document;
  const schemas = ((target.components ??= {}).schemas ??= {});
  target.webhooks = {};
  for (const event of events.toSorted((a, b) => (a.type < b.type ? -1 : 1))) {
    const [name, dataName] = [eventComponentOf(event.type), `${nameOf(event.type)}Data`];
    if (name in schemas || dataName in schemas) throw new Error(`two components are named ${name}`);
    schemas[dataName] = { ...plainSchema(event.data), description: `What ${event.type} tells.` };
    schemas[name] = envelope(event, dataName);
    target.webhooks[event.type] = { post: describeCall(event, name) };
  }
}

function envelope(event: EventDefinition, dataName: string): Json {
  const properties = {
    id: {
      type: 'string',
      format: 'uuid',
      description: 'The event, as in `webhook-id` and in the change feed.',
    },
    type: { type: 'string', const: event.type, description: 'The type of the event.' },
    timestamp: {
      type: 'string',
      format: 'date-time',
      description: 'When it was recorded; real time. Replays by time go by it.',
    },
    subjectType: { type: 'string', const: event.subjectType, description: 'What the event is about.' },
    subjectId: { type: 'string', format: 'uuid', description: 'Which one.' },
    occurredAt: { type: 'string', format: 'date-time', description: "When it happened, in the shop's time." },
    data: { $ref: `#/components/schemas/${dataName}` },
  };
  return { type: 'object', description: event.description, required: Object.keys(properties), properties };
}

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

const HEADERS = [
  header(
    'webhook-id',
    'The event: the same for every attempt and replay, so that what comes twice is known.',
  ),
  header(
    'webhook-timestamp',
    'When it was sent, in seconds since 1970; real time. Refuse what is minutes old.',
  ),
  header(
    'webhook-signature',
    'One `v1,<base64>` for each secret that counts, separated by spaces: HMAC-SHA256 of `<webhook-id>.<webhook-timestamp>.<body>`.',
  ),
];

const describeCall = (event: EventDefinition, name: string) => ({
  operationId: `on${nameOf(event.type)}`,
  summary: event.type,
  description: event.description,
  tags: ['Webhooks'],
  security: [],
  parameters: HEADERS,
  requestBody: {
    required: true,
    description: 'The event.',
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
  },
  responses: {
    '2XX': { description: 'Taken, within 15 seconds.' },
    '410': { description: 'The endpoint is gone and is disabled.' },
    '4XX': { description: 'Not taken; it is sent again later, up to 12 times over three days.' },
    '5XX': {
      description: 'Not taken; it is sent again later. `Retry-After` of a 429 or 503 is heeded, up to a day.',
    },
  },
});

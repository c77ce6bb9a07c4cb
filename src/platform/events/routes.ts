import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../errors.ts';
import { operation } from '../http/operation.ts';
import { instantText, model, nullableText, ref, text, uuid } from '../http/schema.ts';
import { listChanges } from './changes.ts';

const ChangeData = model(
  'ChangeData',
  'What the event tells; its fields depend on `type`.',
  {},
  { additionalProperties: true },
);
const Change = model('Change', 'One committed event.', {
  id: uuid('The event; the same in webhooks.'),
  type: text('For example `order.placed`.', 100),
  subjectType: text('For example `order`.', 60),
  subjectId: uuid('The resource that the event is about.'),
  occurredAt: instantText("When it happened, in the shop's time."),
  data: ref(ChangeData),
});
const ChangePage = model('ChangePage', 'Events in the order of the feed.', {
  data: Type.Array(ref(Change), { description: 'The events.' }),
  nextCursor: nullableText('Pass it as `after` next time; also when the page is empty.'),
  hasMore: Type.Boolean({ description: 'There are more events already.' }),
});

const query = Type.Object({
  after: Type.Optional(
    Type.String({
      maxLength: 40,
      description: 'The `nextCursor` of the last answer; without it, from the start.',
    }),
  ),
  types: Type.Optional(
    Type.Array(Type.String({ maxLength: 100, pattern: '^[a-z_]+\\.[a-z_]+$' }), {
      maxItems: 50,
      description: 'Only events of these types; the parameter is repeated for each.',
    }),
  ),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'How many events.' }),
});

/** The change feed. */
export function changeRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listChanges',
    method: 'GET',
    path: '/v1/changes',
    tag: 'Changes',
    summary: 'Read the change feed',
    description:
      'Every committed event of the shop, each exactly once, in an order in which a reader never misses one. ' +
      'Events of one resource come in the order in which they happened.',
    access: { secret: 'changes:read' },
    query,
    success: { statuses: [200], schema: ChangePage, description: 'Events.' },
    errors: [platformErrors.invalid_cursor],
    example: { query: { limit: 10 } },
    run: (ctx, input) => listChanges(ctx, input.query),
    present: ({ rows, nextCursor, hasMore }) => ({
      data: rows.map((row) => ({
        id: row.id,
        type: row.type,
        subjectType: row.subjectType,
        subjectId: row.subjectId,
        occurredAt: row.occurredAt.toISOString(),
        data: row.data,
      })),
      nextCursor,
      hasMore,
    }),
  });
}

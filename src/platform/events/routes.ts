import { Type } from '@sinclair/typebox';
import { and, eq, gt, inArray } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import type { Ctx } from '../context.ts';
import { platformErrors } from '../errors.ts';
import { operation } from '../http/operation.ts';
import { instantText, model, nullableText, ref, text, uuid } from '../http/schema.ts';
import { type OutboxRow, outbox } from './tables.ts';

const ChangeData = model('ChangeData', 'What the event tells; its fields depend on `type`.', {}, { additionalProperties: true });
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
  after: Type.Optional(Type.String({ maxLength: 40, description: 'The `nextCursor` of the last answer; without it, from the start.' })),
  types: Type.Optional(
    Type.Array(Type.String({ maxLength: 100 }), { maxItems: 50, description: 'Only events of these types.' }),
  ),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'How many events.' }),
});

interface ChangeQuery {
  readonly after?: string;
  readonly types?: string[];
  readonly limit: number;
}

interface Changes {
  readonly rows: readonly OutboxRow[];
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}

/** Committed events after a position, in the order of the feed. Reads along outbox_position_key. */
export async function listChanges(ctx: Ctx, { after, types, limit }: ChangeQuery): Promise<Changes> {
  const start = after === undefined ? 0n : readPosition(after);
  const rows = await ctx.db
    .select()
    .from(outbox)
    .where(
      and(eq(outbox.shopId, ctx.shop.id), gt(outbox.position, start), types ? inArray(outbox.type, types) : undefined),
    )
    .orderBy(outbox.position)
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const end = page.at(-1)?.position ?? start;
  return { rows: page, nextCursor: `c${end}`, hasMore: rows.length > limit };
}

function readPosition(cursor: string): bigint {
  const digits = /^c(\d{1,18})$/.exec(cursor)?.[1];
  if (digits !== undefined) return BigInt(digits);
  throw platformErrors.invalid_cursor(undefined, {
    violations: [{ in: 'query', pointer: '/after', code: 'invalid_cursor', detail: 'is not a cursor of the change feed' }],
  });
}

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

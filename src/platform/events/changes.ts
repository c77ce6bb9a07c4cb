import { and, eq, gt, inArray } from 'drizzle-orm';
import type { Ctx } from '../context.ts';
import { platformErrors } from '../errors.ts';
import { type OutboxRow, outbox } from './tables.ts';

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
      and(
        eq(outbox.shopId, ctx.shop.id),
        gt(outbox.position, start),
        types ? inArray(outbox.type, types) : undefined,
      ),
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
    violations: [
      {
        in: 'query',
        pointer: '/after',
        code: 'invalid_cursor',
        detail: 'is not a cursor of the change feed',
      },
    ],
  });
}

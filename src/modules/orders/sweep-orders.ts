import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { lockOrder } from './repository.ts';
import { type Order, orders } from './tables.ts';

const BATCH = 200;

/**
 * Handles due orders one by one, each in its own transaction under its lock, where `handle` looks again: between finding
 * and locking, a payment or a person may have come first. Returns how many it changed; one that fails is logged and
 * left for the next run, and does not stop the others.
 */
export async function forEachDue(
  ctx: Ctx,
  where: SQL | undefined,
  due: PgColumn,
  handle: (tx: Tx, order: Order) => Promise<boolean>,
): Promise<number> {
  const found = await ctx.db
    .select({ id: orders.id })
    .from(orders)
    .where(where)
    .orderBy(sql`${due}`)
    .limit(BATCH);
  let changed = 0;
  for (const { id } of found) {
    try {
      const done = await inTransaction(ctx, async (tx) => handle(tx, await lockOrder(tx, ctx.shop.id, id)));
      if (done) changed += 1;
    } catch (error) {
      ctx.log.error({ err: error, orderId: id }, 'a due order could not be handled');
    }
  }
  return changed;
}

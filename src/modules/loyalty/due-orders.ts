import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { listDueAccruals, markAccruals } from './accrual-repository.ts';

/** Building block: locked orders were settled many at a time; what they earned is followed soon. */
export const followLater = (tx: Tx, ctx: Ctx, orderIds: readonly string[]): Promise<void> =>
  markAccruals(tx, ctx.shop.id, orderIds, ctx.now);

/** Orders of which what they earned has to be followed. */
export const listDueOrders = (ctx: Ctx, limit: number): Promise<string[]> =>
  listDueAccruals(ctx.db, ctx.shop.id, ctx.now, limit);

import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { checkVersion } from '../../platform/versions.ts';
import { lockOrder } from '../orders/settle.ts';
import type { Order } from '../orders/tables.ts';
import { getSettlement, type WholeSettlement } from './settlement-repository.ts';
import { viewOf, type SettlementView } from './view.ts';

/** A settlement under the lock of its order, which comes first everywhere. */
export interface LockedSettlement {
  readonly order: Order;
  readonly whole: WholeSettlement;
}

/** Locks the order of a settlement and then reads the settlement again: what it waited for may have moved it. */
export async function lockSettlement(tx: Tx, ctx: Ctx, id: string): Promise<LockedSettlement> {
  const found = await getSettlement(tx, ctx.shop.id, id, ctx.customerId);
  const order = await lockOrder(tx, ctx.shop.id, found.settlement.orderId);
  return { order, whole: await getSettlement(tx, ctx.shop.id, id, ctx.customerId) };
}

/** Does something to a settlement that is at the version that If-Match names, and tells what it is then. */
export const underLock = (
  ctx: Ctx,
  id: string,
  run: (tx: Tx, locked: LockedSettlement) => Promise<WholeSettlement>,
): Promise<SettlementView> =>
  inTransaction(ctx, async (tx) => {
    const locked = await lockSettlement(tx, ctx, id);
    checkVersion(ctx, locked.whole.settlement);
    return viewOf(tx, ctx, await run(tx, locked));
  });

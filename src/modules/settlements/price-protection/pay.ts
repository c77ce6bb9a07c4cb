import type { Ctx } from '../../../platform/context.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { after, MINUTE_MS } from '../../../platform/time.ts';
import { lockOrder } from '../../orders/settle.ts';
import { payAccepted } from '../pay-out.ts';
import { getSettlement, listDuePayouts, postponePayout } from '../settlement-repository.ts';

const POSTPONED_MS = 10 * MINUTE_MS;

/**
 * Pays accepted settlements that are due, each in a transaction of its own under its order's lock, where it looks again: a crash
 * between two of them loses nothing. Returns how many it changed; one that fails is put off and does not stop the others.
 */
export async function payDueSettlements(ctx: Ctx): Promise<number> {
  let changed = 0;
  for (const { id, orderId } of await listDuePayouts(ctx.db, ctx.shop.id, ctx.now))
    if (await payDue(ctx, id, orderId)) changed += 1;
  return changed;
}

async function payDue(ctx: Ctx, id: string, orderId: string): Promise<boolean> {
  try {
    return await inTransaction(ctx, async (tx) => {
      const order = await lockOrder(tx, ctx.shop.id, orderId);
      const whole = await getSettlement(tx, ctx.shop.id, id);
      // Somebody was faster, or it was withdrawn.
      if (whole.settlement.state !== 'accepted' || whole.settlement.payoutDueAt === null) return false;
      await payAccepted(tx, ctx, order, whole);
      return true;
    });
  } catch (error) {
    ctx.log.error({ err: error, settlementId: id }, 'a settlement that was due could not be paid');
    await inTransaction(ctx, (tx) => postponePayout(tx, ctx.shop.id, id, after(ctx.now, POSTPONED_MS)));
    return false;
  }
}

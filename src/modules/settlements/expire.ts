import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { letGo } from './apply.ts';
import { settlementEvents } from './events.ts';
import { type LockedSettlement, lockSettlement } from './locked.ts';
import { findDueSettlements, moveSettlement } from './settlement-repository.ts';
import { tell } from './tell.ts';

const BATCH = 200;

/**
 * Lets settlements expire that nobody answered or paid in time, each in its own transaction under its order's lock, where it is
 * looked at again: an answer or a payment of the same moment may have come first. Returns how many did; one that fails is logged
 * and left for the next run, and does not stop the others.
 */
export async function expireDueSettlements(ctx: Ctx): Promise<number> {
  let expired = 0;
  for (const id of await findDueSettlements(ctx.db, ctx.shop.id, ctx.now, BATCH)) {
    try {
      const isExpired = await inTransaction(ctx, async (tx) => {
        const locked = await lockSettlement(tx, ctx, id);
        const { dueAt } = locked.whole.settlement;
        if (dueAt === null || dueAt > ctx.now) return false;
        await expire(tx, ctx, locked);
        return true;
      });
      if (isExpired) expired += 1;
    } catch (error) {
      ctx.log.error({ err: error, settlementId: id }, 'a due settlement could not be handled');
    }
  }
  return expired;
}

/** What it kept is free, and nobody can pay it any more; money that a provider took all the same goes back. */
async function expire(tx: Tx, ctx: Ctx, { order, whole }: LockedSettlement): Promise<void> {
  await letGo(tx, ctx, order, whole);
  const expired = await moveSettlement(tx, whole, { state: 'expired', dueAt: null }, ctx.now);
  await tell(tx, ctx, settlementEvents.expired, expired.settlement);
}

import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import type { Sweep } from '../../../platform/jobs/sweeps.ts';
import { holdKnownCustomer } from '../../customers/standing.ts';
import { cancelOpenPayments } from '../../payments/attempts.ts';
import { giveBackPoints } from '../spending/give-back.ts';
import { giftErrors } from './errors.ts';
import { redemptionEvents } from './events.ts';
import { withdrawGift } from './grants.ts';
import { REDEMPTION, returnSurplus } from './money.ts';
import { completeRedemption, tellRedemption } from './redeem.ts';
import { getGift, returnGifts } from './repository.ts';
import {
  getRedemption,
  listDueRedemptions,
  lockRedemption,
  updateRedemption,
} from './redemption-repository.ts';
import { dueOf } from './rules.ts';
import { type Redemption, redemptions } from './tables.ts';

/** Building block: holds the customer of a redemption, then the redemption, as a merge has it. Refusals: not_found, customer_merged. */
export async function holdRedemption(tx: Tx, ctx: Ctx, id: string): Promise<Redemption> {
  const { customerId } = await getRedemption(tx, ctx.shop.id, id, ctx.customerId);
  await holdKnownCustomer(tx, ctx.shop.id, customerId);
  return lockRedemption(tx, ctx.shop.id, id);
}

/** Whether it is held and its time is not over. */
export const isOpen = (ctx: Ctx, { state, dueAt }: Redemption): boolean =>
  state === 'held' && dueAt !== null && dueAt > ctx.now;

/** What is held is had. Again it changes nothing. Refusals: not_found, customer_merged, redemption_not_held, redemption_not_paid. */
export function confirmRedemption(ctx: Ctx, id: string): Promise<Redemption> {
  return inTransaction(ctx, async (tx) => {
    const held = await holdRedemption(tx, ctx, id);
    if (held.state === 'redeemed') return held;
    if (!isOpen(ctx, held)) throw giftErrors.redemption_not_held();
    const due = dueOf(held);
    if (due > 0n)
      throw giftErrors.redemption_not_paid(`${due} is due.`, { extra: { dueAmount: Number(due) } });
    return completeRedemption(tx, ctx, held, await getGift(tx, ctx.shop.id, held.giftId));
  });
}

/**
 * Gives up units of a redemption, or all that is left: their points are back in their lots, and the gifts are to be had again. The customer
 * gives up what is held; of what they have, staff does, as long as it is not handed over. Refusals: not_found, customer_merged,
 * redemption_not_held, redemption_not_cancellable.
 */
export function cancelRedemption(ctx: Ctx, id: string, quantity?: number): Promise<Redemption> {
  return inTransaction(ctx, async (tx) => {
    const current = await holdRedemption(tx, ctx, id);
    const left = current.quantity - current.cancelledQuantity;
    if (left === 0 && quantity === undefined) return current;
    if (ctx.customerId !== undefined && current.state !== 'held') throw giftErrors.redemption_not_held();
    const units = quantity ?? left;
    if (units > left)
      throw giftErrors.redemption_not_cancellable(`${left} are left of it.`, { pointer: '/quantity' });
    if (current.state === 'redeemed') {
      const isOwed = await withdrawGift(tx, ctx, { source: 'redemption', sourceKey: id }, units);
      if (!isOwed) throw giftErrors.redemption_not_cancellable('The gift is handed over or on its way.');
    }
    const changed = await giveUp(tx, ctx, current, units, 'cancelled');
    // What was paid may be enough for what is left.
    const isPaid = changed.state === 'held' && changed.paidAmount > 0n && dueOf(changed) === 0n;
    return isPaid
      ? completeRedemption(tx, ctx, changed, await getGift(tx, ctx.shop.id, changed.giftId))
      : changed;
  });
}

/** Building block: units of a locked redemption are given up, and what was paid for them goes back. With the last ones it ends. */
export async function giveUp(
  tx: Tx,
  ctx: Ctx,
  current: Redemption,
  units: number,
  end: 'cancelled' | 'expired',
): Promise<Redemption> {
  const { customerId, giftId, unitPoints, spendingId } = current;
  const cancelledQuantity = current.cancelledQuantity + units;
  const isOver = cancelledQuantity === current.quantity;
  await giveBackPoints(tx, ctx, spendingId, unitPoints * BigInt(units));
  await returnGifts(tx, ctx.shop.id, { giftId, customerId, quantity: units });
  const changed = await updateRedemption(tx, current, {
    cancelledQuantity,
    ...(isOver && { state: end, dueAt: null }),
    updatedAt: ctx.now,
  });
  if (isOver && changed.unitAmount > 0n) await cancelOpenPayments(tx, ctx, REDEMPTION, changed.id);
  const exact = await returnSurplus(tx, ctx, changed, 'cancellation');
  await tellRedemption(tx, ctx, redemptionEvents[end], exact, units);
  return exact;
}

/** What nobody confirmed in time is given up. Returns how many; one that fails is left for the next run. */
async function expireRedemptions(ctx: Ctx): Promise<number> {
  let expired = 0;
  for (const { id } of await listDueRedemptions(ctx.db, ctx.shop.id, ctx.now)) {
    try {
      if (await expireOne(ctx, id)) expired += 1;
    } catch (error) {
      ctx.log.error({ err: error, redemptionId: id }, 'a redemption that is due could not be ended');
    }
  }
  return expired;
}

const expireOne = (ctx: Ctx, id: string): Promise<boolean> =>
  inTransaction(ctx, async (tx) => {
    const held = await holdRedemption(tx, ctx, id);
    if (held.state !== 'held' || isOpen(ctx, held)) return false;
    await giveUp(tx, ctx, held, held.quantity - held.cancelledQuantity, 'expired');
    return true;
  });

export const redemptionSweep: Sweep = {
  name: 'loyalty.expireRedemptions',
  due: redemptions.dueAt,
  run: expireRedemptions,
};

import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { sumOf } from '../../../platform/money.ts';
import { lockParticipant } from '../participants/repository.ts';
import { unoweRewards } from '../rewards/owe.ts';
import { lockEarnedBy } from '../rewards/repository.ts';
import { depositErrors } from './errors.ts';
import { depositEvents, depositMovedEvent } from './events.ts';
import { type DepositView, viewOf } from './open.ts';
import { hastenParts, updateDeposit } from './repository.ts';
import { holdDeposit } from './take-payment.ts';
import type { GiftDeposit } from './tables.ts';

/**
 * All of a deposit is due at once, and nothing is taken off it. Goods that are not on their way are not owed any more. A customer does so
 * while they have none of the goods; the shop at any time, such as when the goods came back. Refusals: not_found, customer_merged,
 * gift_deposit_not_active, gift_deposit_settled_early, gift_deposit_goods_out.
 */
export function settleDepositEarly(ctx: Ctx, id: string, reason: string): Promise<DepositView> {
  return inTransaction(ctx, async (tx) => {
    const deposit = await holdDeposit(tx, ctx, id);
    if (deposit.state !== 'active') throw depositErrors.gift_deposit_not_active(`It is ${deposit.state}.`);
    const parts = await hastenParts(tx, deposit, ctx.now);
    if (parts.length === 0) throw depositErrors.gift_deposit_settled_early();
    const areWithdrawn = await withdrawGoods(tx, ctx, deposit);
    if (ctx.customerId !== undefined && !areWithdrawn) throw depositErrors.gift_deposit_goods_out();
    const settled = await updateDeposit(tx, deposit, {
      settledEarlyAt: ctx.now,
      settledEarlyReason: reason,
      updatedAt: ctx.now,
    });
    const amount = sumOf(parts.map(({ partAmount }) => partAmount));
    await appendEvents(tx, ctx, [depositMovedEvent(ctx, depositEvents.settledEarly, settled, amount)]);
    await recordAudit(tx, ctx, {
      action: 'settleDepositEarly',
      subjectType: 'gift_deposit',
      subjectId: id,
      details: { reason, areGoodsWithdrawn: areWithdrawn },
    });
    return viewOf(tx, ctx, settled);
  });
}

/** False: some of the goods are with the customer, or on their way. */
async function withdrawGoods(tx: Tx, ctx: Ctx, { id, participantId }: GiftDeposit): Promise<boolean> {
  if (participantId === null) throw new Error(`no place for deposit ${id}`);
  const participant = await lockParticipant(tx, ctx.shop.id, participantId);
  await unoweRewards(tx, ctx, participant, `deposit:${id}`);
  const goods = await lockEarnedBy(tx, ctx.shop.id, participantId, `deposit:${id}`);
  return goods.every(({ state }) => state === 'withdrawn');
}

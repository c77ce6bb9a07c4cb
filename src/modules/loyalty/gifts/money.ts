import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { newId } from '../../../platform/ids.ts';
import { clearing, giftSales } from '../../ledger/accounts.ts';
import { post } from '../../ledger/post.ts';
import { credit, debit } from '../../ledger/rules.ts';
import { listPaymentsOf } from '../../payments/attempts.ts';
import { requestRefund } from '../../payments/refunds.ts';
import { spreadRefund } from '../../payments/rules.ts';
import type { Refund } from '../../payments/tables.ts';
import { updateRedemption } from './redemption-repository.ts';
import { costOf, surplusOf } from './rules.ts';
import type { Redemption } from './tables.ts';

/** What payments and refunds call it. */
export const REDEMPTION = 'redemption';

/** Building block: what was paid for a locked redemption is the shop's. */
export const bookGiftSale = (tx: Tx, ctx: Ctx, redemption: Redemption): Promise<unknown> => {
  const price = costOf(redemption);
  return post(tx, ctx, {
    kind: 'gift_paid',
    subject: redemption.id,
    legs: [debit(clearing(redemption.id), price), credit(giftSales(), price)],
  });
};

/**
 * Building block: what was paid for a locked redemption beyond what its units cost that are left goes back along its payments, newest
 * first.
 */
export async function returnSurplus(
  tx: Tx,
  ctx: Ctx,
  redemption: Redemption,
  reason: Refund['reason'],
): Promise<Redemption> {
  const amount = surplusOf(redemption);
  if (amount === 0n) return redemption;
  // Until it is had, the money stands in clearing.
  if (redemption.redeemedAt !== null)
    await post(tx, ctx, {
      kind: 'gift_money_returned',
      subject: newId(),
      legs: [debit(giftSales(), amount), credit(clearing(redemption.id), amount)],
    });
  const payments = await listPaymentsOf(tx, ctx.shop.id, REDEMPTION, redemption.id);
  const parts = spreadRefund(
    amount,
    payments.filter(({ state }) => state === 'succeeded'),
  );
  if (!parts) throw new Error(`the payments of redemption ${redemption.id} do not hold ${amount}`);
  for (const part of parts) await requestRefund(tx, ctx, part.payment, part.amount, reason);
  return updateRedemption(tx, redemption, {
    refundedAmount: redemption.refundedAmount + amount,
    updatedAt: ctx.now,
  });
}

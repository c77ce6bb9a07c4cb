import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { pointingInto } from '../../../platform/pointers.ts';
import { clearing } from '../../ledger/accounts.ts';
import { cancelOpenPayments, listPaymentsOf, startPayment } from '../../payments/attempts.ts';
import { paymentErrors } from '../../payments/errors.ts';
import type { PaymentSubject } from '../../payments/ports.ts';
import { requestRefund } from '../../payments/refunds.ts';
import type { Payment } from '../../payments/tables.ts';
import { cardOption } from '../../wallets/cards/resolve.ts';
import { holdRedemption, isOpen } from './end.ts';
import { giftErrors } from './errors.ts';
import { REDEMPTION, returnSurplus } from './money.ts';
import { completeRedemption } from './redeem.ts';
import { getGift } from './repository.ts';
import { getRedemption, updateRedemption } from './redemption-repository.ts';
import { dueOf } from './rules.ts';

interface PayInput {
  readonly redemptionId: string;
  readonly provider: string;
  /** Minor units; what is still due, when absent. */
  readonly amount?: number;
  readonly reference?: string;
  readonly paymentMethod?: string;
  /** With the provider `card`: which one. */
  readonly cardId?: string;
  readonly cardCode?: string;
  readonly simulate?: string;
  readonly delaySeconds?: number;
}

/**
 * Opens an attempt to pay what a gift costs in money. With the last of it the gift is had. Refusals: not_found, customer_merged,
 * provider_not_available, redemption_not_held, redemption_not_payable, redemption_payment_too_large, and those of startPayment.
 */
export function payRedemption(ctx: Ctx, input: PayInput): Promise<Payment> {
  return inTransaction(ctx, async (tx) => {
    const held = await holdRedemption(tx, ctx, input.redemptionId);
    checkProvider(ctx, input.provider);
    const due = dueOf(held);
    if (held.state !== 'redeemed' && !isOpen(ctx, held)) throw giftErrors.redemption_not_held();
    if (due === 0n) throw giftErrors.redemption_not_payable();
    const amount = input.amount === undefined ? due : BigInt(input.amount);
    if (amount > due)
      throw giftErrors.redemption_payment_too_large(`${due} is due.`, {
        pointer: '/amount',
        extra: { dueAmount: Number(due) },
      });
    const { provider, reference, simulate, delaySeconds, paymentMethod } = input;
    const options = {
      ...(await cardOption(tx, ctx, provider, input)),
      ...(simulate && { simulate }),
      ...(delaySeconds !== undefined && { delaySeconds }),
      ...(paymentMethod !== undefined && { paymentMethod }),
    };
    const subject = { subjectType: REDEMPTION, subjectId: held.id, orderId: null };
    return pointingInto(input.amount === undefined ? { '/amount': '/provider' } : {}, () =>
      startPayment(tx, ctx, { ...subject, provider, amount, reference, options }),
    );
  });
}

/** Cash is staff's word. A coupon takes something off a price, and what is paid here is none that is lowered. */
function checkProvider(ctx: Ctx, provider: string): void {
  if (provider !== 'coupon' && (provider !== 'manual' || ctx.customerId === undefined)) return;
  throw paymentErrors.provider_not_available(`A gift cannot be paid by ${provider} here.`, {
    pointer: '/provider',
  });
}

/** The payments of a redemption, newest first; a customer reads those of their own. Refusal: not_found. */
export async function listRedemptionPayments(
  { db, shop, customerId }: Ctx,
  id: string,
): Promise<readonly Payment[]> {
  await getRedemption(db, shop.id, id, customerId);
  return listPaymentsOf(db, shop.id, REDEMPTION, id);
}

/** The redemption's side of a payment. */
export const redemptionPaymentSubject: PaymentSubject = {
  lock: async (tx, ctx, id) => void (await holdRedemption(tx, ctx, id)),
  clearing: async (_tx, _ctx, id) => clearing(id),
  payer: async (tx, ctx, id) => (await holdRedemption(tx, ctx, id)).customerId,
  onSucceeded: takePayment,
  // It stays held: another attempt may succeed, and its time ends it.
  onFailed: async () => undefined,
};

/** Money came in for a redemption. With the last of it the gift is had; what nobody waits for any more goes back. */
async function takePayment(tx: Tx, ctx: Ctx, payment: Payment): Promise<void> {
  const held = await holdRedemption(tx, ctx, payment.subjectId);
  const paidAmount = held.paidAmount + payment.amount;
  if (held.state !== 'held') {
    const refundedAmount = held.refundedAmount + payment.amount;
    await updateRedemption(tx, held, { paidAmount, refundedAmount, updatedAt: ctx.now });
    await requestRefund(tx, ctx, payment, payment.amount, 'surplus');
    return;
  }
  const paid = await updateRedemption(tx, held, { paidAmount, updatedAt: ctx.now });
  if (dueOf(paid) > 0n) return;
  await cancelOpenPayments(tx, ctx, REDEMPTION, held.id);
  const exact = await returnSurplus(tx, ctx, paid, 'surplus');
  await completeRedemption(tx, ctx, exact, await getGift(tx, ctx.shop.id, exact.giftId));
}

import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { listPaymentsOf } from '../payments/attempts.ts';
import { requestRefund } from '../payments/refunds.ts';
import { spreadRefund } from '../payments/rules.ts';
import type { Refund } from '../payments/tables.ts';
import { updateOrder } from './repository.ts';
import { decidePaymentState, surplusOf } from './rules.ts';
import type { Order } from './tables.ts';
import { addTimeline } from './timeline.ts';

/**
 * Gives back what was paid beyond what the locked order costs, along its payments, newest first; everything, once the
 * order is cancelled. Returns the order as it is then.
 */
export async function refundSurplus(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  reason: Refund['reason'],
): Promise<Order> {
  const amount = surplusOf(order);
  if (amount === 0n) return order;
  await refundAlongPayments(tx, ctx, order.id, amount, reason);
  const refundedAmount = order.refundedAmount + amount;
  await addTimeline(tx, ctx, order.id, { kind: 'refunded', details: { amount: Number(amount), reason } });
  return updateOrder(
    tx,
    order,
    { refundedAmount, paymentState: decidePaymentState({ ...order, refundedAmount }) },
    ctx.now,
  );
}

/** Sets an amount on its way back along the payments of a locked order, newest first. Returns the refunds. */
export async function refundAlongPayments(
  tx: Tx,
  ctx: Ctx,
  orderId: string,
  amount: bigint,
  reason: Refund['reason'],
): Promise<readonly Refund[]> {
  const payments = await listPaymentsOf(tx, ctx.shop.id, 'order', orderId);
  const parts = spreadRefund(
    amount,
    payments.filter(({ state }) => state === 'succeeded'),
  );
  if (!parts) throw new Error(`the payments of order ${orderId} do not hold ${amount}`);
  const refunds: Refund[] = [];
  for (const part of parts) refunds.push(await requestRefund(tx, ctx, part.payment, part.amount, reason));
  return refunds;
}

import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { sumOf } from '../../platform/money.ts';
import type { Refund } from '../payments/tables.ts';
import { postOrderChange } from './postings.ts';
import { refundAlongPayments } from './refunds.ts';
import { listLines, lockOrder, updateOrder } from './repository.ts';
import type { Order, OrderLine } from './tables.ts';
import { addTimeline } from './timeline.ts';

/** What a settlement gives back of a line. */
export interface SettledShare {
  readonly lineId: string;
  readonly amount: bigint;
}

// Guarded: no settlement gives back more than was paid net, whatever was decided before.
const settleLines = preparedSql<{ id: string }>(
  'settle_order_lines',
  `update order_lines l set settled_amount = l.settled_amount + s.amount
   from unnest($3::uuid[], $4::int8[]) as s (id, amount)
   where l.shop_id = $1 and l.order_id = $2 and l.id = s.id and l.settled_amount + s.amount <= l.net_amount returning l.id`,
);

/** An order under its lock, with its lines; a customer's own, or `not_found`. */
export async function lockOrderLines(
  tx: Tx,
  ctx: Ctx,
  orderId: string,
): Promise<{ order: Order; lines: readonly OrderLine[] }> {
  const order = await lockOrder(tx, ctx.shop.id, orderId, ctx.customerId);
  return { order, lines: await listLines(tx, ctx.shop.id, orderId) };
}

/**
 * Gives a part of the price of a locked order back because of a settlement: along its payments, newest first, or into clearing,
 * from where the caller takes it as stored value. The lines and the order know what was settled, the books know the expense.
 * Returns the order and the refunds that carry the money.
 */
export async function settleOrder(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  settlement: {
    readonly id: string;
    readonly reason: string;
    readonly isGoodwill: boolean;
    readonly asStoredValue: boolean;
    readonly shares: readonly SettledShare[];
  },
): Promise<{ order: Order; refunds: readonly Refund[] }> {
  const shares = settlement.shares.filter((share) => share.amount > 0n);
  const amount = sumOf(shares.map((share) => share.amount));
  const values = [shares.map((share) => share.lineId), shares.map((share) => share.amount)];
  const settled = await settleLines(tx, [ctx.shop.id, order.id, ...values]);
  if (settled.length !== shares.length) throw new Error(`order ${order.id} has less left to settle`);
  const updated = await updateOrder(
    tx,
    order,
    {
      settledAmount: order.settledAmount + amount,
      goodwillAmount: order.goodwillAmount + (settlement.isGoodwill ? amount : 0n),
      ...(settlement.asStoredValue
        ? {}
        : {
            settledRefundAmount: order.settledRefundAmount + amount,
            refundedAmount: order.refundedAmount + amount,
          }),
    },
    ctx.now,
  );
  await postOrderChange(tx, ctx, { kind: 'settlement', subject: settlement.id }, order, updated);
  const refunds = settlement.asStoredValue
    ? []
    : await refundAlongPayments(tx, ctx, order.id, amount, 'settlement');
  const details = { amount: Number(amount), reason: settlement.reason, settlementId: settlement.id };
  await addTimeline(tx, ctx, order.id, { kind: 'settled', details });
  return { order: updated, refunds };
}

import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { newId } from '../../platform/ids.ts';
import { sumOf } from '../../platform/money.ts';
import { listPaymentsOfOrder } from '../payments/attempts.ts';
import { requestRefund } from '../payments/refunds.ts';
import { spreadRefund } from '../payments/rules.ts';
import type { Payment, Refund } from '../payments/tables.ts';
import { insertCredits, writeLineMoney } from './line-money-repository.ts';
import { postOrderChange } from './postings.ts';
import { creditUnits, type LineCredit, type RefundRequest } from './refund-rules.ts';
import { updateOrder } from './repository.ts';
import { decidePaymentState, surplusOf } from './rules.ts';
import type { Order, OrderCredit, OrderLine } from './tables.ts';
import { addTimeline } from './timeline.ts';

/** What takes units off an order. */
interface Cause {
  readonly type: 'order' | 'order_edit';
  readonly id: string;
}

export interface UnitsRefund extends RefundRequest {
  readonly cause: Cause;
  readonly reason: Refund['reason'];
  /** What else changes about the order in the same step, by its lines as they are then. */
  readonly changes?: (lines: readonly OrderLine[]) => Partial<Order>;
  /** What the books call it. */
  readonly transferKind: string;
}

/**
 * Takes units and freight off a locked order and gives back what was paid too much then, along its payments, newest first. Returns
 * the order as it is then, what each line got back, and the refunds that carry the money. The caller has checked that
 * the units are there: else it throws.
 */
export async function refundUnits(
  tx: Tx,
  ctx: Ctx,
  locked: { readonly order: Order; readonly lines: readonly OrderLine[] },
  request: UnitsRefund,
): Promise<{ order: Order; credits: readonly LineCredit[]; refunds: readonly Refund[] }> {
  const { order } = locked;
  const credits = await writeCredits(tx, ctx, locked, request);
  const lines = locked.lines.map(
    (line) => credits.find(({ before }) => before.id === line.id)?.after ?? line,
  );
  const freightAmount = request.freightAmount ?? 0n;
  const changes = {
    ...request.changes?.(lines),
    creditedAmount: order.creditedAmount + sumOf(credits.map(({ credit }) => credit.amount)) + freightAmount,
    creditedFreightAmount: order.creditedFreightAmount + freightAmount,
  };
  const paymentState = decidePaymentState({ ...order, ...changes });
  const credited = await updateOrder(tx, order, { ...changes, paymentState }, ctx.now);
  const { transferKind: kind, cause } = request;
  await postOrderChange(tx, ctx, { kind, subject: cause.id }, order, credited);
  return { ...(await refundSurplus(tx, ctx, credited, request.reason)), credits };
}

/** Writes down what units take off the lines. */
async function writeCredits(
  tx: Tx,
  ctx: Ctx,
  { order, lines }: { readonly order: Order; readonly lines: readonly OrderLine[] },
  request: RefundRequest & { readonly cause: Cause },
): Promise<readonly LineCredit[]> {
  const credits = creditUnits(lines, request);
  if (!credits) throw new Error(`order ${order.id} does not have these units any more`);
  if (credits.length === 0) return [];
  await writeLineMoney(tx, credits);
  const rows = credits.map(
    ({ before, credit }): OrderCredit => ({
      ...credit,
      shopId: order.shopId,
      id: newId(),
      orderId: order.id,
      lineId: before.id,
      kind: request.kind,
      causeType: request.cause.type,
      causeId: request.cause.id,
      createdAt: ctx.now,
    }),
  );
  await insertCredits(tx, rows);
  return credits;
}

/**
 * Gives back what was paid beyond what the locked order costs, along its payments, newest first; everything, once the
 * order is cancelled. Money that came for nothing goes back first where it came from (`unasked`). Returns the order as it is then,
 * and the refunds that carry the money.
 */
export async function refundSurplus(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  reason: Refund['reason'],
  unasked?: Payment,
): Promise<{ order: Order; refunds: readonly Refund[] }> {
  const amount = surplusOf(order);
  if (amount === 0n) return { order, refunds: [] };
  const refunds = await refundAlongPayments(tx, ctx, order.id, amount, reason, unasked);
  const refundedAmount = order.refundedAmount + amount;
  await addTimeline(tx, ctx, order.id, { kind: 'refunded', details: { amount: Number(amount), reason } });
  const paymentState = decidePaymentState({ ...order, refundedAmount });
  return { order: await updateOrder(tx, order, { refundedAmount, paymentState }, ctx.now), refunds };
}

/** Sets an amount on its way back along the payments of a locked order and its settlements, newest first. Returns the refunds. */
export async function refundAlongPayments(
  tx: Tx,
  ctx: Ctx,
  orderId: string,
  amount: bigint,
  reason: Refund['reason'],
  first?: Payment,
): Promise<readonly Refund[]> {
  const payments = await listPaymentsOfOrder(tx, ctx.shop.id, orderId);
  const parts = spreadRefund(
    amount,
    payments
      .filter(({ state }) => state === 'succeeded')
      .toSorted((a, b) => Number(b.id === first?.id) - Number(a.id === first?.id)),
  );
  if (!parts) throw new Error(`the payments of order ${orderId} do not hold ${amount}`);
  const refunds: Refund[] = [];
  for (const part of parts) refunds.push(await requestRefund(tx, ctx, part.payment, part.amount, reason));
  return refunds;
}

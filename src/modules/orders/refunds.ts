import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { newId } from '../../platform/ids.ts';
import { sumOf } from '../../platform/money.ts';
import { listPaymentsOfOrder } from '../payments/attempts.ts';
import { requestRefund } from '../payments/refunds.ts';
import { spreadRefund } from '../payments/rules.ts';
import type { Payment, Refund } from '../payments/tables.ts';
import { insertCredits, writeLineMoney } from './line-money-repository.ts';
import { followOrderPoints } from './points.ts';
import { postOrderChange } from './postings.ts';
import { type Allocation, allocateRefund, type LineCredit, type RefundRequest } from './refund-rules.ts';
import { updateOrder } from './repository.ts';
import { decidePaymentState, surplusOf } from './rules.ts';
import type { OrderCredit } from './taken-units/tables.ts';
import type { Order, OrderLine } from './tables.ts';
import { addTimeline } from './timeline.ts';

/** What takes units off an order. */
interface Cause {
  readonly type: 'order' | 'order_edit';
  readonly id: string;
}

export interface UnitsRefund extends RefundRequest {
  readonly cause: Cause;
  readonly reason: Refund['reason'];
  /** What the books call it. */
  readonly transferKind: string;
  /** Lines that came in the same step. */
  readonly addedLines?: readonly OrderLine[];
}

/**
 * Takes units and freight off a locked order and gives back what was paid too much then, along its payments, newest first, as
 * `allocateRefund` says. Returns the order and its lines as they are then, and the refunds that carry the money. The caller
 * has checked that the units are there: else it throws.
 */
export async function refundUnits(
  tx: Tx,
  ctx: Ctx,
  { order, lines }: { readonly order: Order; readonly lines: readonly OrderLine[] },
  request: UnitsRefund,
): Promise<{ order: Order; lines: readonly OrderLine[]; refunds: readonly Refund[] }> {
  const payments = await listRefundable(tx, ctx, order.id);
  const allocation = allocateRefund(order, lines, request, payments);
  if (!allocation) throw new Error(`order ${order.id} does not have these units or this money any more`);
  await writeCredits(tx, ctx, order, request, allocation.credits);
  const paymentState = decidePaymentState({ ...order, ...allocation.changes });
  const credited = await updateOrder(tx, order, { ...allocation.changes, paymentState }, ctx.now);
  const { transferKind: kind, cause } = request;
  await postOrderChange(tx, ctx, { kind, subject: cause.id }, order, credited);
  await followOrderPoints(tx, ctx, credited, [...allocation.lines, ...(request.addedLines ?? [])]);
  return {
    ...(await giveBack(tx, ctx, credited, allocation.parts, request.reason)),
    lines: allocation.lines,
  };
}

/** Writes down what units take off the lines. */
async function writeCredits(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  request: UnitsRefund,
  credits: readonly LineCredit[],
): Promise<void> {
  if (credits.length === 0) return;
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
  return giveBack(tx, ctx, order, await spreadOver(tx, ctx, order.id, amount, unasked), reason);
}

type Parts = Allocation<Payment>['parts'];

/** Sets what was paid too much on its way back. */
async function giveBack(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  parts: Parts,
  reason: Refund['reason'],
): Promise<{ order: Order; refunds: readonly Refund[] }> {
  const amount = sumOf(parts.map((part) => part.amount));
  if (amount === 0n) return { order, refunds: [] };
  const refunds = await requestParts(tx, ctx, parts, reason);
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
): Promise<readonly Refund[]> {
  return requestParts(tx, ctx, await spreadOver(tx, ctx, orderId, amount), reason);
}

/** What each payment of an order carries of an amount. */
async function spreadOver(
  tx: Tx,
  ctx: Ctx,
  orderId: string,
  amount: bigint,
  first?: Payment,
): Promise<Parts> {
  const payments = await listRefundable(tx, ctx, orderId);
  const parts = spreadRefund(
    amount,
    payments.toSorted((a, b) => Number(b.id === first?.id) - Number(a.id === first?.id)),
  );
  if (!parts) throw new Error(`the payments of order ${orderId} do not hold ${amount}`);
  return parts;
}

async function requestParts(
  tx: Tx,
  ctx: Ctx,
  parts: Parts,
  reason: Refund['reason'],
): Promise<readonly Refund[]> {
  const refunds: Refund[] = [];
  for (const part of parts) refunds.push(await requestRefund(tx, ctx, part.payment, part.amount, reason));
  return refunds;
}

/** The payments of an order that money can go back to, newest first. */
export async function listRefundable(on: Reader, ctx: Ctx, orderId: string): Promise<Payment[]> {
  const payments = await listPaymentsOfOrder(on, ctx.shop.id, orderId);
  return payments.filter(({ state }) => state === 'succeeded');
}

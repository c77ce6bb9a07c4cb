import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { sumOf } from '../../platform/money.ts';
import type { Refund } from '../payments/tables.ts';
import { type LineMove, writeLineMoney } from './line-money-repository.ts';
import { chargeLine, settleLine } from './line-rules.ts';
import { followOrderPoints, keepOrderPoints } from './points.ts';
import { postOrderChange } from './postings.ts';
import { refundAlongPayments } from './refunds.ts';
import { listLines, lockOrder, updateOrder } from './repository.ts';
import { decidePaymentState } from './rules.ts';
import type { Order, OrderLine } from './tables.ts';
import { addTimeline } from './timeline.ts';

export { listLines, lockOrder } from './repository.ts';

/** A locked order with its lines. */
export interface OrderLines {
  readonly order: Order;
  readonly lines: readonly OrderLine[];
}

/** What a settlement says of an order's price. */
export interface PriceChange {
  readonly id: string;
  readonly reason: string;
  /** What each line gets back, or is charged. */
  readonly shares: readonly { readonly lineId: string; readonly amount: bigint }[];
  /** The same for freight, which is on no line. */
  readonly freightAmount?: bigint;
}

/** An order under its lock, with its lines; a customer's own, or `not_found`. */
export async function lockOrderLines(tx: Tx, ctx: Ctx, orderId: string): Promise<OrderLines> {
  const order = await lockOrder(tx, ctx.shop.id, orderId, ctx.customerId);
  return { order, lines: await listLines(tx, ctx.shop.id, orderId) };
}

/**
 * Takes a part of a locked order's price back because of a settlement that was accepted: lines and order know what was settled,
 * the books know the expense. The money stands in clearing until payFromOrder sets it on its way.
 */
export async function acceptOnOrder(
  tx: Tx,
  ctx: Ctx,
  { order, lines }: OrderLines,
  settlement: PriceChange & { readonly isGoodwill: boolean },
): Promise<Order> {
  const moves = movesOf(lines, settlement, settleLine);
  await writeLineMoney(tx, moves);
  if (settlement.isGoodwill) await keepOrderPoints(tx, ctx, order, moves);
  const { freightAmount = 0n } = settlement;
  const amount = totalOf(settlement);
  const updated = await updateOrder(
    tx,
    order,
    {
      settledAmount: order.settledAmount + amount,
      settledFreightAmount: order.settledFreightAmount + freightAmount,
      settlingAmount: order.settlingAmount + amount,
      goodwillAmount: order.goodwillAmount + (settlement.isGoodwill ? amount : 0n),
    },
    ctx.now,
  );
  await tellOrder(tx, ctx, order, updated, settlement, 'to_customer');
  if (!settlement.isGoodwill) await followOrderPoints(tx, ctx, updated, moved(lines, moves));
  return updated;
}

/**
 * Sets what was accepted on its way: along the order's payments, newest first, or, when the caller takes it out of clearing as
 * stored value or as a promise, nowhere. Returns the order and the refunds that carry the money.
 */
export async function payFromOrder(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  payout: { readonly amount: bigint; readonly alongPayments: boolean },
): Promise<{ order: Order; refunds: readonly Refund[] }> {
  const { amount, alongPayments } = payout;
  const updated = await updateOrder(
    tx,
    order,
    {
      settlingAmount: order.settlingAmount - amount,
      ...(alongPayments
        ? {
            settledRefundAmount: order.settledRefundAmount + amount,
            refundedAmount: order.refundedAmount + amount,
          }
        : {}),
    },
    ctx.now,
  );
  const refunds = alongPayments ? await refundAlongPayments(tx, ctx, order.id, amount, 'settlement') : [];
  return { order: updated, refunds };
}

/** Raises a locked order's price by what the customer agreed to pay and paid. */
export async function chargeOrder(
  tx: Tx,
  ctx: Ctx,
  { order, lines }: OrderLines,
  settlement: PriceChange,
): Promise<Order> {
  const moves = movesOf(lines, settlement, chargeLine);
  await writeLineMoney(tx, moves);
  const changed = {
    chargedAmount: order.chargedAmount + totalOf(settlement),
    chargedFreightAmount: order.chargedFreightAmount + (settlement.freightAmount ?? 0n),
  };
  const paymentState = decidePaymentState({ ...order, ...changed });
  const updated = await updateOrder(tx, order, { ...changed, paymentState }, ctx.now);
  await tellOrder(tx, ctx, order, updated, settlement, 'from_customer');
  await followOrderPoints(tx, ctx, updated, moved(lines, moves));
  return updated;
}

/** All lines as they are after some of them changed. */
const moved = (lines: readonly OrderLine[], moves: readonly LineMove[]): OrderLine[] =>
  lines.map((line) => moves.find(({ before }) => before.id === line.id)?.after ?? line);

const totalOf = ({ shares, freightAmount = 0n }: PriceChange): bigint =>
  sumOf(shares.map(({ amount }) => amount)) + freightAmount;

function movesOf(
  lines: readonly OrderLine[],
  { id, shares }: PriceChange,
  change: (line: OrderLine, amount: bigint) => OrderLine | undefined,
): LineMove[] {
  return shares.map(({ lineId, amount }) => {
    const before = lines.find((line) => line.id === lineId);
    const after = before && change(before, amount);
    if (!before || !after) throw new Error(`settlement ${id} is more than line ${lineId} can take`);
    return { before, after };
  });
}

async function tellOrder(
  tx: Tx,
  ctx: Ctx,
  before: Order,
  after: Order,
  settlement: PriceChange,
  direction: 'to_customer' | 'from_customer',
): Promise<void> {
  await postOrderChange(tx, ctx, { kind: 'settlement', subject: settlement.id }, before, after);
  const { id: settlementId, reason } = settlement;
  const details = { amount: Number(totalOf(settlement)), direction, reason, settlementId };
  await addTimeline(tx, ctx, after.id, { kind: 'settled', details });
}

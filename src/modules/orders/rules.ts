import {
  includedTax,
  MAX_AMOUNT,
  maxOf,
  minOf,
  splitByLargestRemainder,
  sumOf,
} from '../../platform/money.ts';
import { orderErrors } from './errors.ts';
import type { FulfilmentState, PaymentStanding } from './states.ts';

/**
 * `staff`: a person lowered the price. `quantity_break`: the ladder of the product, by how many pieces are ordered. `campaign`: a campaign
 * of the shop, which is named.
 */
export const ADJUSTMENT_KINDS = ['staff', 'quantity_break', 'campaign'] as const;
export type AdjustmentKind = (typeof ADJUSTMENT_KINDS)[number];

/** A reason why a line costs less than its list price. */
export interface Adjustment {
  readonly kind: AdjustmentKind;
  readonly reason: string;
  readonly amount: bigint;
  /** The campaign that did it, and its version. */
  readonly campaignId?: string;
  readonly campaignVersion?: number;
}

export interface LineInput {
  readonly quantity: number;
  readonly listUnitAmount: bigint;
  readonly taxRateBps: number;
  /** What a logo costs on top of the list price, for the whole line. */
  readonly logoAmount?: bigint;
  readonly adjustments: readonly Adjustment[];
}

/** What a line costs before discounts. */
const grossOf = ({ listUnitAmount, quantity, logoAmount = 0n }: LineInput): bigint =>
  listUnitAmount * BigInt(quantity) + logoAmount;

export interface PricedLine extends LineInput {
  readonly discountAmount: bigint;
  readonly netAmount: bigint;
  readonly taxAmount: bigint;
}

export interface PricedBasket<L extends LineInput> {
  readonly lines: readonly (L & PricedLine)[];
  readonly linesAmount: bigint;
  readonly discountAmount: bigint;
  readonly freightAmount: bigint;
  readonly freightTaxAmount: bigint;
  readonly taxAmount: bigint;
  readonly totalAmount: bigint;
}

interface FreightInput {
  readonly taxRateBps: number;
  /** Freight depends on what the goods cost after discounts, line by line. What campaigns take off it is off. */
  amountFor(netAmounts: readonly bigint[]): bigint;
}

/** The line with which a basket becomes too dear, or its last, where freight does it. */
function lineBeyond(lines: readonly LineInput[]): number {
  let sum = 0n;
  const at = lines.findIndex((line) => (sum += grossOf(line)) > MAX_AMOUNT);
  return at < 0 ? lines.length - 1 : at;
}

/**
 * Prices a basket: the one function behind quotes, orders and imports. Each line keeps its share of every discount
 * and of the tax. `amount_too_large` when a sum is beyond what the API can carry.
 */
export function priceBasket<L extends LineInput>(
  lines: readonly L[],
  freight: FreightInput,
): PricedBasket<L> {
  const priced = lines.map((line) => {
    const discountAmount = sumOf(line.adjustments.map((adjustment) => adjustment.amount));
    return { ...line, discountAmount, netAmount: grossOf(line) - discountAmount };
  });
  const goodsAmount = sumOf(priced.map((line) => line.netAmount));
  const freightAmount = freight.amountFor(priced.map((line) => line.netAmount));
  const freightTaxAmount = includedTax(freightAmount, freight.taxRateBps);
  const taxes = taxPerLine(priced);
  const discountAmount = sumOf(priced.map((line) => line.discountAmount));
  const totalAmount = goodsAmount + freightAmount;
  if (totalAmount + discountAmount > MAX_AMOUNT)
    throw orderErrors.amount_too_large(undefined, { pointer: `/lines/${lineBeyond(lines)}/quantity` });
  return {
    lines: priced.map((line, index) => ({ ...line, taxAmount: taxes[index] ?? 0n })),
    linesAmount: goodsAmount + discountAmount,
    discountAmount,
    freightAmount,
    freightTaxAmount,
    taxAmount: sumOf(taxes) + freightTaxAmount,
    totalAmount,
  };
}

/**
 * The tax included in each line. The tax of all lines of one rate is rounded once and split over them by largest
 * remainder: three lines of 1.00 at 19 % hold 0.48 in all, as 0.16 each.
 */
function taxPerLine(lines: readonly { netAmount: bigint; taxRateBps: number }[]): bigint[] {
  const taxes = lines.map(() => 0n);
  for (const rate of new Set(lines.map((line) => line.taxRateBps))) {
    const indexes = lines.flatMap((line, index) => (line.taxRateBps === rate ? [index] : []));
    const nets = indexes.map((index) => lines[index]?.netAmount ?? 0n);
    const shares = splitByLargestRemainder(includedTax(sumOf(nets), rate), nets);
    for (const [at, index] of indexes.entries()) taxes[index] = shares[at] ?? 0n;
  }
  return taxes;
}

/** The money of an order. Amounts are minor units. */
export interface OrderMoney {
  readonly totalAmount: bigint;
  readonly paidAmount: bigint;
  /** All that was given back or is on its way back. */
  readonly refundedAmount: bigint;
  /** The part of it that settlements gave back: the order costs so much less. */
  readonly settledRefundAmount: bigint;
  /** All that settlements gave, also as stored value. */
  readonly settledAmount: bigint;
  /** What settlements charged on top. */
  readonly chargedAmount: bigint;
  /** What came off the price with units that were cancelled or came back. */
  readonly creditedAmount: bigint;
  /** What is owed and given up. The order costs what it did. */
  readonly writtenOffAmount: bigint;
}

/** What is kept of what was paid. */
const keptOf = (order: OrderMoney): bigint => order.paidAmount - order.refundedAmount;
/**
 * What is to be kept of payments: 36.00 of which a settlement gave back 6.00 are 30.00, and 15.00 when one of two units is
 * cancelled after that.
 */
const priceOf = (order: OrderMoney): bigint =>
  order.totalAmount + order.chargedAmount - order.settledRefundAmount - order.creditedAmount;

/** What an order that is not cancelled costs now, whichever way settlements gave theirs. */
export const netTotalOf = (order: OrderMoney): bigint =>
  order.totalAmount + order.chargedAmount - order.settledAmount - order.creditedAmount;

/** What settlements gave in another way than back along the payments. */
const givenElsewhere = (order: OrderMoney): bigint => order.settledAmount - order.settledRefundAmount;

/** Where the payment of an order stands. An order that costs nothing is paid. */
export function decidePaymentState(order: OrderMoney & { readonly status: string }): PaymentStanding {
  const [kept, price] = [keptOf(order), priceOf(order)];
  // What a settlement gave back is a lower price, no refund of the order.
  const isRefunded = order.refundedAmount > order.settledRefundAmount;
  // Giving back what was too much is no refund of the order, also when all of it was: its price may be 0 by now.
  if (kept >= price && !(isRefunded && order.status === 'cancelled')) return 'paid';
  if (isRefunded && kept === (order.status === 'cancelled' ? givenElsewhere(order) : 0n)) return 'refunded';
  if (isRefunded && order.paidAmount >= price + order.settledRefundAmount) return 'partially_refunded';
  return kept > 0n ? 'partial' : 'unpaid';
}

/** What was not paid of the price. */
const unpaidOf = (order: OrderMoney): bigint => maxOf(0n, priceOf(order) - keptOf(order));

/** What is still to be paid: of 36.00 of which 6.00 were paid and 30.00 written off, nothing. */
export const amountDue = (order: OrderMoney): bigint => maxOf(0n, unpaidOf(order) - order.writtenOffAmount);

/** What stays written off of an order that was changed: what is paid after all, or not owed any more, does not. */
export const writtenOffOf = (order: OrderMoney & { readonly status: string }): bigint =>
  order.status === 'cancelled' ? 0n : minOf(order.writtenOffAmount, unpaidOf(order));

/**
 * What was paid beyond what the order costs; once it is cancelled, everything but what the customer has already: of 36.00 of which
 * a settlement gave 6.00 as stored value, 30.00.
 */
export const surplusOf = (order: OrderMoney & { readonly status: string }): bigint =>
  order.status === 'cancelled'
    ? keptOf(order) - givenElsewhere(order)
    : maxOf(0n, keptOf(order) - priceOf(order));

/** Units of a line that have still to leave the house. */
export const unitsToShip = (line: {
  readonly quantity: number;
  readonly cancelledQuantity: number;
  readonly shippedQuantity: number;
}): number => line.quantity - line.cancelledQuantity - line.shippedQuantity;

/** Where shipment stands. */
export function decideFulfilment(
  lines: readonly { quantity: number; cancelledQuantity: number; shippedQuantity: number }[],
): FulfilmentState {
  if (lines.every((line) => unitsToShip(line) === 0)) return 'fulfilled';
  return lines.some((line) => line.shippedQuantity > 0) ? 'partial' : 'unfulfilled';
}

export interface ReducibleLine {
  readonly id: string;
  readonly netAmount: bigint;
  /** The least that the whole line may cost. */
  readonly floorAmount: bigint;
}

/**
 * Spreads a reduction over the lines in proportion to what each can give before its floor. Undefined when together
 * they cannot give so much. 300 over lines that can give 900 and 0 is 300 and 0.
 */
export function spreadReduction(amount: bigint, lines: readonly ReducibleLine[]): bigint[] | undefined {
  const rooms = lines.map((line) => maxOf(0n, line.netAmount - line.floorAmount));
  const room = sumOf(rooms);
  if (amount > room) return undefined;
  // A share is at most its room: amount × room_i / room ≤ room_i, and a remainder is only given where one is left.
  return splitByLargestRemainder(amount, rooms);
}

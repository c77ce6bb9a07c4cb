import {
  divideRounded,
  maxOf,
  minOf,
  shareOf,
  splitByLargestRemainder,
  sumOf,
} from '../../platform/money.ts';
import { after, DAY_MS } from '../../platform/time.ts';
import {
  coversFlashSales,
  coversMemberOf,
  decideRateBps,
  type PayoutMethod,
  type PolicyReason,
  type PolicyRule,
} from './policy-rules.ts';

/** Why a claim, or a line of it, is refused. Every refusal has one of these and the rule's words. */
export const CLAIM_REFUSALS = [
  'reason_not_covered',
  'order_not_paid',
  'order_cancelled',
  'order_out_of_range',
  'segment_not_covered',
  'below_minimum_order',
  'window_not_begun',
  'window_over',
  'product_not_covered',
  'gift',
  'flash_sale',
  'clearance',
  'no_difference',
  'tier_not_reached',
  'below_minimum_difference',
  'already_settled',
  'line_busy',
  'cap_used_up',
  'payout_method_not_available',
] as const;
export type ClaimRefusal = (typeof CLAIM_REFUSALS)[number];

/** What made an amount smaller than the difference. */
export const CAPS = ['paid_net', 'line', 'order', 'customer_year', 'budget'] as const;
export type Cap = (typeof CAPS)[number];

export interface LineFacts {
  readonly lineId: string;
  readonly productId: string;
  readonly category: string | null;
  readonly isClearance: boolean;
  /** A campaign gave it away: nothing was paid for it, and nothing is. */
  readonly isGift: boolean;
  /** Some of it was bought at the price of a flash sale. */
  readonly isFlashSale: boolean;
  readonly quantity: number;
  /** What was paid for the whole line, net of its share of every discount, with what was charged on top. */
  readonly netAmount: bigint;
  /** Units that came back or were cancelled. */
  readonly returnedQuantity: number;
  /** What of it was paid for the others. What was charged when some had gone was paid for these alone, so it is not a share by units. */
  readonly paidNetAmount: bigint;
  /** What settlements gave back for the others. */
  readonly settledAmount: bigint;
  /** What a unit costs now. */
  readonly comparedUnitAmount: bigint;
  readonly unitsSold: number;
  /** Another settlement of the line has not ended. */
  readonly isBusy: boolean;
}

export interface OrderFacts {
  readonly status: string;
  readonly isPaid: boolean;
  readonly totalAmount: bigint;
  readonly placedAt: Date;
  readonly paidAt: Date | null;
  readonly shippedAt: Date | null;
  readonly deliveredAt: Date | null;
  /** How who bought it can be paid. */
  readonly payableBy: readonly PayoutMethod[];
  /** Of the segments that rules name, those in which who bought it was when it was placed; of a guest none. */
  readonly memberOf: ReadonlySet<string>;
}

/** What other settlements have used up of the policy's caps. */
export interface UsedCaps {
  readonly orderAmount: bigint;
  readonly customerYearAmount: bigint;
  readonly budgetAmount: bigint;
}

export interface LineDecision {
  readonly lineId: string;
  /** Units that are still with the customer. */
  readonly quantity: number;
  readonly paidNetAmount: bigint;
  readonly comparedUnitAmount: bigint;
  /** Paid net less the compared price, for those units. */
  readonly differenceAmount: bigint;
  readonly rateBps: number;
  readonly settledAmount: bigint;
  /** What is paid now. */
  readonly amount: bigint;
  readonly cap: Cap | null;
  readonly refusal: ClaimRefusal | null;
}

export interface ClaimDecision {
  readonly refusal: ClaimRefusal | null;
  readonly lines: readonly LineDecision[];
  readonly amount: bigint;
}

/**
 * What a policy pays for an order at a moment: for each line the share of what was paid net for the units still with the
 * customer beyond what they cost now, less what was settled before, within the caps.
 * Two units for 36.00 that now cost 15.00 each at 100 % are 6.00; after 4.00 were settled, 2.00.
 */
export function decideClaim(
  rule: PolicyRule,
  reason: PolicyReason,
  order: OrderFacts,
  lines: readonly LineFacts[],
  used: UsedCaps,
  now: Date,
): ClaimDecision {
  const refusal = refuseOrder(rule, reason, order, now);
  const decided = lines.map((line) => decideLine(rule, order, line, refusal));
  const capped = capTogether(rule, used, decided);
  const amount = sumOf(capped.map((line) => line.amount));
  return { refusal, lines: capped, amount };
}

/**
 * Whether a promise goes before another one for the same order: it pays more, or, where neither pays, it says more than that it is
 * not for this order. Of equals the first one stays.
 */
export function goesBefore(decision: ClaimDecision, other: ClaimDecision | undefined): boolean {
  if (other === undefined || decision.amount > other.amount) return true;
  return other.amount === 0n && other.refusal !== null && decision.refusal === null;
}

function refuseOrder(
  rule: PolicyRule,
  reason: PolicyReason,
  order: OrderFacts,
  now: Date,
): ClaimRefusal | null {
  if (!rule.reasons.includes(reason)) return 'reason_not_covered';
  if (order.status === 'cancelled') return 'order_cancelled';
  if (!order.isPaid) return 'order_not_paid';
  if (!isWithin(order.placedAt, rule.placedFrom, rule.placedTo)) return 'order_out_of_range';
  if (!coversMemberOf(rule, order.memberOf)) return 'segment_not_covered';
  if (order.totalAmount < BigInt(rule.minimumOrderAmount ?? 0)) return 'below_minimum_order';
  const start = { paid: order.paidAt, shipped: order.shippedAt, delivered: order.deliveredAt }[
    rule.windowFrom
  ];
  if (start === null || start > now) return 'window_not_begun';
  if (now >= after(start, rule.windowDays * DAY_MS)) return 'window_over';
  const isPayable = rule.payoutMethods.some((method) => order.payableBy.includes(method));
  return isPayable ? null : 'payout_method_not_available';
}

const isWithin = (at: Date, from: string | null, to: string | null): boolean =>
  (from === null || at >= new Date(from)) && (to === null || at < new Date(to));

function decideLine(
  rule: PolicyRule,
  order: OrderFacts,
  line: LineFacts,
  orderRefusal: ClaimRefusal | null,
): LineDecision {
  const quantity = line.quantity - line.returnedQuantity;
  const { lineId, paidNetAmount, comparedUnitAmount, settledAmount } = line;
  const differenceAmount = paidNetAmount - comparedUnitAmount * BigInt(quantity);
  const unitAmount = divideRounded(line.netAmount, BigInt(line.quantity));
  const rateBps = decideRateBps(rule, { ...line, unitAmount, orderAmount: order.totalAmount });
  const facts = {
    lineId,
    quantity,
    paidNetAmount,
    comparedUnitAmount,
    differenceAmount,
    rateBps,
    settledAmount,
  };
  const refusal =
    orderRefusal ?? refuseLine(rule, line, facts) ?? (rateBps === 0 ? 'tier_not_reached' : null);
  if (refusal !== null) return { ...facts, amount: 0n, cap: null, refusal };
  // A later drop pays only what goes beyond the earlier one, and nothing is paid twice.
  const open = shareOf(differenceAmount, rateBps) - settledAmount;
  if (open <= 0n) return { ...facts, amount: 0n, cap: null, refusal: 'already_settled' };
  const limits: [Cap, bigint][] = [['paid_net', paidNetAmount - settledAmount]];
  if (rule.lineCapAmount !== null) limits.push(['line', BigInt(rule.lineCapAmount) - settledAmount]);
  return { ...facts, ...capOne(open, limits) };
}

function refuseLine(
  rule: PolicyRule,
  line: LineFacts,
  { quantity, differenceAmount }: Pick<LineDecision, 'quantity' | 'differenceAmount'>,
): ClaimRefusal | null {
  if (line.isBusy) return 'line_busy';
  if (!isCovered(rule, line)) return 'product_not_covered';
  if (line.isGift || (line.netAmount === 0n && !rule.includesGifts)) return 'gift';
  if (line.isFlashSale && !coversFlashSales(rule)) return 'flash_sale';
  if (line.isClearance && !rule.includesClearance) return 'clearance';
  if (quantity === 0 || differenceAmount <= 0n) return 'no_difference';
  const least = BigInt(rule.minimumDifferenceAmount) * BigInt(quantity);
  return differenceAmount < least ? 'below_minimum_difference' : null;
}

function isCovered(rule: PolicyRule, { productId, category }: LineFacts): boolean {
  if (rule.excludedProductIds.includes(productId)) return false;
  if (category !== null && rule.excludedCategories.includes(category)) return false;
  if (rule.productIds.length === 0 && rule.categories.length === 0) return true;
  return rule.productIds.includes(productId) || (category !== null && rule.categories.includes(category));
}

function capOne(
  open: bigint,
  limits: readonly [Cap, bigint][],
): Pick<LineDecision, 'amount' | 'cap' | 'refusal'> {
  let [amount, cap]: [bigint, Cap | null] = [open, null];
  for (const [name, limit] of limits) {
    const left = maxOf(0n, limit);
    if (left < amount) [amount, cap] = [left, name];
  }
  return { amount, cap, refusal: amount === 0n ? 'cap_used_up' : null };
}

/** Holds the lines together to the caps of the order, the customer's year and the budget: the smallest of them bites. */
function capTogether(rule: PolicyRule, used: UsedCaps, lines: readonly LineDecision[]): LineDecision[] {
  const wanted = sumOf(lines.map(({ amount }) => amount));
  const limits: [Cap, bigint][] = [];
  const limit = (cap: Cap, amount: number | null, usedAmount: bigint) => {
    if (amount !== null) limits.push([cap, BigInt(amount) - usedAmount]);
  };
  limit('order', rule.orderCapAmount, used.orderAmount);
  limit('customer_year', rule.customerYearCapAmount, used.customerYearAmount);
  limit('budget', rule.budgetAmount, used.budgetAmount);
  const { amount, cap } = capOne(wanted, limits);
  if (cap === null) return [...lines];
  // A share is at most what its line would get: amount × line ÷ wanted ≤ line.
  const shares = splitByLargestRemainder(
    amount,
    lines.map((line) => line.amount),
  );
  return lines.map((line, index) => {
    if (line.amount === 0n) return line;
    const share = minOf(line.amount, shares[index] ?? 0n);
    return { ...line, amount: share, cap, refusal: share === 0n ? 'cap_used_up' : null };
  });
}

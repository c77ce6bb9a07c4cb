import { divideRounded, maxOf, minOf, sumOf } from '../../../platform/money.ts';

/** One use of a card. Amounts are minor units. */
export interface CardUse {
  /** What was taken off the card. */
  readonly faceAmount: bigint;
  /** What it would have cost without the card. */
  readonly listAmount: bigint;
}

/** A load of a card: what was paid for it, and what it was worth with its bonus. */
export interface CardLoad {
  readonly paidAmount: bigint;
  readonly faceAmount: bigint;
  readonly loadedAt: Date;
  readonly uses: readonly CardUse[];
}

/** Who caused the end of the contract. */
export const REFUND_CAUSES = ['merchant', 'customer'] as const;
export type RefundCause = (typeof REFUND_CAUSES)[number];

export interface CardRefund {
  readonly refundAmount: bigint;
  /** What counts as consumed of what was paid. */
  readonly consumedAmount: bigint;
  readonly rule: 'unused_in_full' | 'discounted_share' | 'price_before_discount';
}

const DAY_MS = 86_400_000;

/**
 * What a customer has back of a load when a card ends. Unused and within `fullDays` of the load everything; where the merchant is the
 * cause what was used counts at the discounted share; where it is the customer's wish, at the price before the discount. Never less than
 * nothing and never more than was paid. Of 1,000.00 paid for 1,200.00, with 600.00 used, that is 500.00 and 400.00.
 *
 * Source: interpretation of the Supreme People's Court on prepaid consumption, 2025 no. 4, articles 14 to 25.
 */
export function decideCardRefund(
  load: CardLoad,
  { cause, now, fullDays }: { readonly cause: RefundCause; readonly now: Date; readonly fullDays: number },
): CardRefund {
  const { paidAmount, uses } = load;
  const isFresh = now.getTime() - load.loadedAt.getTime() <= fullDays * DAY_MS;
  if (uses.length === 0 && (isFresh || cause === 'merchant'))
    return { refundAmount: paidAmount, consumedAmount: 0n, rule: 'unused_in_full' };
  const consumed = cause === 'merchant' ? discountedShare(load) : sumOf(uses.map((use) => use.listAmount));
  const consumedAmount = minOf(consumed, paidAmount);
  return {
    refundAmount: maxOf(0n, paidAmount - consumedAmount),
    consumedAmount,
    rule: cause === 'merchant' ? 'discounted_share' : 'price_before_discount',
  };
}

// Used at the share of its face value that was paid, half a unit away from zero: 1,100.00 of 1,200.00 that cost 1,000.00 are 916.67.
function discountedShare({ paidAmount, faceAmount, uses }: CardLoad): bigint {
  const used = sumOf(uses.map((use) => use.faceAmount));
  return faceAmount === 0n ? 0n : divideRounded(used * paidAmount, faceAmount);
}

/** A load with what was paid back of it before and what of it is still on the card. */
export interface EndingLoad extends CardLoad {
  readonly refundedAmount: bigint;
  readonly principalLeft: bigint;
  readonly bonusLeft: bigint;
  readonly fullDays: number;
}

/** How the end of a card divides what is on it of a load. */
export interface LoadEnd extends CardRefund {
  readonly principalPaidBack: bigint;
  readonly bonusPaidBack: bigint;
  readonly principalForfeited: bigint;
  readonly bonusForfeited: bigint;
}

/**
 * What becomes of a load when its card ends. `refundAmount` is what is paid back now: what the rule gives, less what was paid back before,
 * and not more than is still on the card of this load. It is taken off the principal first, so that the bonus is what is forfeited.
 */
export function endLoad(load: EndingLoad, at: { readonly cause: RefundCause; readonly now: Date }): LoadEnd {
  const { principalLeft, bonusLeft, refundedAmount, fullDays } = load;
  const decided = decideCardRefund(load, { ...at, fullDays });
  const due = maxOf(0n, decided.refundAmount - refundedAmount);
  const refundAmount = minOf(due, principalLeft + bonusLeft);
  const principalPaidBack = minOf(refundAmount, principalLeft);
  const bonusPaidBack = refundAmount - principalPaidBack;
  return {
    ...decided,
    refundAmount,
    principalPaidBack,
    bonusPaidBack,
    principalForfeited: principalLeft - principalPaidBack,
    bonusForfeited: bonusLeft - bonusPaidBack,
  };
}

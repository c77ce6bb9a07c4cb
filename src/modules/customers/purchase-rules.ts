import { divideRounded, maxOf, minOf } from '../../platform/money.ts';

/** What a customer bought; amounts in minor units. */
export interface Figures {
  readonly firstPurchaseAt: Date | null;
  readonly lastPurchaseAt: Date | null;
  readonly purchaseCount: number;
  readonly totalAmount: bigint;
  /** At most three, the one with the largest net amount first. */
  readonly favouriteCategories: readonly string[];
}

export const NO_PURCHASES: Figures = {
  firstPurchaseAt: null,
  lastPurchaseAt: null,
  purchaseCount: 0,
  totalAmount: 0n,
  favouriteCategories: [],
};

interface OrderAmounts {
  readonly totalAmount: number;
  readonly paidAmount: number;
  readonly refundedAmount: number;
}

/**
 * What the shop keeps of an order, in minor units: paid less given back. What was paid beyond the total is on its way
 * back and was never part of the purchase: of 1,500 paid for 1,000, 1,000 are kept.
 */
export const keptAmount = ({ totalAmount, paidAmount, refundedAmount }: OrderAmounts): bigint =>
  maxOf(0n, minOf(BigInt(paidAmount) - BigInt(refundedAmount), BigInt(totalAmount)));

/** The net amounts of an order's lines per category, in minor units; lines without a category are left out. */
export function categoriesOf(
  lines: readonly { readonly category: string | null; readonly netAmount: number }[],
): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { category, netAmount } of lines) {
    if (category !== null) sums.set(category, (sums.get(category) ?? 0) + netAmount);
  }
  // Through entries: a category called `__proto__` stays a category.
  return Object.fromEntries(sums);
}

/** The average purchase in minor units, halves away from zero; null without a purchase. 1,000 over 3 is 333. */
export const averageAmount = ({ totalAmount, purchaseCount }: Figures): bigint | null =>
  purchaseCount === 0 ? null : divideRounded(totalAmount, BigInt(purchaseCount));

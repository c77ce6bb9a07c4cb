import { maxOf } from '../../../platform/money.ts';
import type { BasketItem, PricingFacts } from './facts.ts';

/** A line with what is computed once of it. Amounts are of the whole line. */
export interface PricedItem {
  readonly index: number;
  readonly item: BasketItem;
  readonly listAmount: bigint;
  readonly floorUnitAmount: bigint;
  /** The least that it may cost for its minimum price alone. */
  readonly minimumAmount: bigint;
  /** The least that it may cost for what it costs the shop. */
  readonly costFloorAmount: bigint;
  /** The margin by which that was computed; what else counts as cost of the line gets the same. */
  readonly marginBps: number;
}

/** A cost with a margin on it, rounded up: 9.99 and 25 % are 12.49. */
export const withMargin = (cost: bigint, marginBps: number): bigint => {
  const product = cost * (10_000n + BigInt(marginBps));
  return product <= 0n ? 0n : (product + 9_999n) / 10_000n;
};

/** The lines of a basket with their floors: max(minimum price, cost × (1 + minimum margin)), unit by unit. */
export function priceItems(items: readonly BasketItem[], facts: PricingFacts): PricedItem[] {
  const entryLeft = new Map<string, bigint>();
  return items.map((item, index) => {
    const quantity = BigInt(item.quantity);
    const costUnit = withMargin(item.costAmount ?? 0n, facts.minimumMarginBps);
    const usual = costUnit * quantity;
    const minimumAmount = (item.minimumPriceAmount ?? 0n) * quantity;
    const base = { index, item, listAmount: item.listUnitAmount * quantity, minimumAmount };
    const { entry } = item;
    if (!entry) {
      const floorUnitAmount = maxOf(item.minimumPriceAmount ?? 0n, costUnit);
      return { ...base, floorUnitAmount, costFloorAmount: usual, marginBps: facts.minimumMarginBps };
    }
    // The budget of an entry item is for all its lines: the earlier one has it first.
    const left = entryLeft.get(item.productId) ?? entry.leftAmount;
    const wanted = withMargin(item.costAmount ?? 0n, entry.minimumMarginBps) * quantity;
    const costFloorAmount = maxOf(wanted, usual - maxOf(left, 0n));
    entryLeft.set(item.productId, left - maxOf(0n, usual - costFloorAmount));
    const unit = (costFloorAmount + quantity - 1n) / quantity;
    const floorUnitAmount = maxOf(item.minimumPriceAmount ?? 0n, unit);
    return { ...base, floorUnitAmount, costFloorAmount, marginBps: entry.minimumMarginBps };
  });
}

/** Below which a line is not sold, with what else counts as its cost: gifts and points. */
export const floorOfLine = (line: PricedItem, extraCost: bigint): bigint =>
  maxOf(
    line.minimumAmount,
    extraCost === 0n
      ? line.costFloorAmount
      : line.costFloorAmount + withMargin(extraCost, maxOf0(line.marginBps)),
  );

// What comes on top of an entry item is not given away below what it costs.
const maxOf0 = (bps: number): number => Math.max(0, bps);

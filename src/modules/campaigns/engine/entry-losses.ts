import { maxOf, minOf } from '../../../platform/money.ts';
import { withMargin } from './basket.ts';
import type { BasketItem } from './facts.ts';

/**
 * By how much a line that costs `leftAmount` is below the floor that it would have as any other product: sold for 9.00 where that is 10.00,
 * it loses 1.00. What its list price loses already, no offer does.
 */
export function entryLossOf(item: BasketItem, leftAmount: bigint, minimumMarginBps: number): bigint {
  const quantity = BigInt(item.quantity);
  const costFloor = withMargin(item.costAmount ?? 0n, minimumMarginBps) * quantity;
  const usualFloor = maxOf((item.minimumPriceAmount ?? 0n) * quantity, costFloor);
  return maxOf(0n, minOf(usualFloor, item.listUnitAmount * quantity) - leftAmount);
}

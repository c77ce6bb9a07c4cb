import { maxOf } from '../../platform/money.ts';
import { floorOf } from '../catalogue/rules.ts';
import type { ProductTerms } from '../catalogue/sellables.ts';
import type { Adjustment } from './rules.ts';
import type { OrderLine } from './tables.ts';

/** The rung of a product's ladder that a line is priced by, and what a piece of it costs: minor units. */
export interface AppliedBreak {
  readonly minimumQuantity: number;
  readonly unitAmount: bigint;
}

interface WantedLine {
  readonly productId: string;
  readonly quantity: number;
}

/** How many pieces of each product a basket has: lines of one product count together. */
export function totalsOf(lines: readonly WantedLine[]): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  for (const { productId, quantity } of lines) totals.set(productId, (totals.get(productId) ?? 0) + quantity);
  return totals;
}

/**
 * The highest rung that so many pieces reach, never below the floor of the product; null where it is not cheaper than the list price.
 * At 18.00, from 10 on 15.00 and from 50 on 12.00 with a floor of 13.00: 9 pieces are on no rung, 10 at 15.00, 50 at 13.00.
 */
export function findBreak(
  product: Pick<ProductTerms, 'priceBreaks' | 'minimumPriceAmount' | 'costAmount'>,
  quantity: number,
  listUnitAmount: bigint,
  minimumMarginBps: number,
): AppliedBreak | null {
  const rung = product.priceBreaks.findLast(({ minimumQuantity }) => minimumQuantity <= quantity);
  if (!rung) return null;
  const unitAmount = maxOf(BigInt(rung.unitAmount), floorOf(product, minimumMarginBps));
  return unitAmount < listUnitAmount ? { minimumQuantity: rung.minimumQuantity, unitAmount } : null;
}

/** The rung that a line was priced by. */
export const appliedBreakOf = ({
  breakMinimumQuantity,
  breakUnitAmount,
}: Pick<OrderLine, 'breakMinimumQuantity' | 'breakUnitAmount'>): AppliedBreak | null =>
  breakMinimumQuantity === null || breakUnitAmount === null
    ? null
    : { minimumQuantity: breakMinimumQuantity, unitAmount: breakUnitAmount };

/** What a rung takes off a line. */
export const breakAdjustments = (
  applied: AppliedBreak | null,
  listUnitAmount: bigint,
  quantity: number,
): Adjustment[] =>
  applied === null || applied.unitAmount >= listUnitAmount
    ? []
    : [
        {
          kind: 'quantity_break',
          reason: `The price from ${applied.minimumQuantity} pieces on`,
          amount: (listUnitAmount - applied.unitAmount) * BigInt(quantity),
        },
      ];

/** Why a product is not sold in the quantity that is asked for, at the first line that asks for it. */
export interface QuantityFault {
  readonly index: number;
  readonly code: 'below_minimum_quantity' | 'not_order_multiple';
  readonly detail: string;
}

/** How many pieces of products an order keeps; a new one keeps none. */
export type KeptUnits = ReadonlyMap<string, number>;
export const NOTHING_KEPT: KeptUnits = new Map();

/** What is wrong with the quantities of a basket. What the order keeps counts towards a minimum; packs are of what comes. */
export function findQuantityFaults(
  lines: readonly WantedLine[],
  products: ReadonlyMap<string, Pick<ProductTerms, 'minimumOrderQuantity' | 'orderMultiple'>>,
  kept: KeptUnits = NOTHING_KEPT,
): QuantityFault[] {
  return [...totalsOf(lines)].flatMap(([productId, quantity]): QuantityFault[] => {
    const { minimumOrderQuantity: least = 1, orderMultiple: step = 1 } = products.get(productId) ?? {};
    const index = lines.findIndex((line) => line.productId === productId);
    const fault = (code: QuantityFault['code'], detail: string) => ({ index, code, detail });
    return [
      ...(quantity + (kept.get(productId) ?? 0) < least
        ? [fault('below_minimum_quantity', `At least ${least} pieces of ${productId} are ordered together.`)]
        : []),
      ...(quantity % step !== 0
        ? [fault('not_order_multiple', `${productId} is only sold in multiples of ${step}.`)]
        : []),
    ];
  });
}

import { divideRounded, includedTax, maxOf, minOf } from '../../platform/money.ts';
import type { OrderLine } from './tables.ts';

/** What a line says of its units and its money. Amounts are minor units of the whole line. */
export type LineMoney = Pick<
  OrderLine,
  | 'quantity'
  | 'cancelledQuantity'
  | 'returnedQuantity'
  | 'netAmount'
  | 'taxRateBps'
  | 'taxAmount'
  | 'settledAmount'
  | 'chargedAmount'
  | 'creditedAmount'
  | 'valuedQuantity'
  | 'valuedAmount'
  | 'logoSetupAmount'
>;

type LineUnits = Pick<LineMoney, 'quantity' | 'cancelledQuantity' | 'returnedQuantity'>;

/** Units that the customer has or still gets. */
export const unitsLeftOf = (line: LineUnits): number =>
  line.quantity - line.cancelledQuantity - line.returnedQuantity;

/** Whether it was given away: by a campaign, or as a gift that the customer was owed. */
export const isGiven = ({
  giftCampaignId,
  giftGrantId,
}: Pick<OrderLine, 'giftCampaignId' | 'giftGrantId'>): boolean =>
  giftCampaignId !== null || giftGrantId !== null;

/** The gifts that customers were owed among lines, each once. */
export const giftsOf = (lines: readonly Pick<OrderLine, 'giftGrantId'>[]): string[] => [
  ...new Set(lines.flatMap((line) => line.giftGrantId ?? [])),
];

/** The first `units` of `quantity` units that are worth `amount` together: a prefix, so that parts sum to the whole. */
const prefixOf = (amount: bigint, units: number, quantity: number): bigint =>
  quantity === 0 ? 0n : divideRounded(amount * BigInt(units), BigInt(quantity));

/**
 * What is left of an amount when units have gone. The price of the tools of a logo is not of any unit: it stays with those that are
 * left and goes with the last one. 160.00 for four units, of which 120.00 are for tools, are 150.00 when one has gone.
 */
function leftOf(line: LineMoney, amount: bigint, quantity: number): bigint {
  const units = unitsLeftOf(line);
  if (units === 0) return 0n;
  return amount - prefixOf(amount - minOf(line.logoSetupAmount, amount), quantity - units, quantity);
}

/**
 * What is left of what was paid for a line, with everything that settlements gave back, charged on top, and that went with units.
 * Between two settlements every unit that goes takes its prefix of what the line was worth at the first: 10.00 for three units,
 * of which one goes and then another, leave 6.67 and 3.33; so do two units that go together.
 */
export function valueLeftOf(line: LineMoney): bigint {
  const quantity = line.valuedQuantity ?? line.quantity;
  return leftOf(line, line.valuedAmount ?? line.netAmount, quantity);
}

/**
 * What was paid for the units that are left, with what was charged on top, before settlements gave anything back. What was charged
 * when some had gone was paid for the others alone: they were never worth more than was paid for them.
 */
export function paidLeftOf(line: LineMoney): bigint {
  const paid = line.netAmount + line.chargedAmount;
  return maxOf(leftOf(line, paid, line.quantity), valueLeftOf(line));
}

/** The part of `paidLeftOf` that was paid for the goods themselves, without a logo on them: what their price is held against. */
export const goodsPaidLeftOf = (line: LineMoney & Pick<OrderLine, 'logoUnitAmount'>): bigint =>
  maxOf(0n, paidLeftOf(line) - logoLeftOf(line));

/** What was paid for all units of the line, with what was charged on top, without a logo on them. */
export const goodsAmountOf = (
  line: Pick<OrderLine, 'quantity' | 'netAmount' | 'chargedAmount' | 'logoUnitAmount' | 'logoSetupAmount'>,
): bigint =>
  maxOf(
    0n,
    line.netAmount + line.chargedAmount - line.logoUnitAmount * BigInt(line.quantity) - line.logoSetupAmount,
  );

/** What a logo costs on the units that are left. */
const logoLeftOf = (line: LineMoney & Pick<OrderLine, 'logoUnitAmount'>): bigint => {
  const units = unitsLeftOf(line);
  return units === 0 ? 0n : line.logoUnitAmount * BigInt(units) + line.logoSetupAmount;
};

/** What settlements gave back for the units that are left. */
export const settledLeftOf = (line: LineMoney): bigint => paidLeftOf(line) - valueLeftOf(line);

/** The tax in a value of the line: its part of the line's tax, so that the parts of the whole line sum to that. */
const taxIn = (line: LineMoney, value: bigint): bigint =>
  line.netAmount === 0n
    ? includedTax(value, line.taxRateBps)
    : divideRounded(line.taxAmount * value, line.netAmount);

/** The tax in an amount by which the line's value falls or rises. */
export const taxShareOf = (line: LineMoney, amount: bigint): bigint => {
  const value = valueLeftOf(line);
  return taxIn(line, value) - taxIn(line, value - amount);
};

type LineChange = Pick<
  OrderLine,
  | 'cancelledQuantity'
  | 'returnedQuantity'
  | 'settledAmount'
  | 'chargedAmount'
  | 'creditedAmount'
  | 'valuedQuantity'
  | 'valuedAmount'
>;

/** A line after a settlement gave back an amount of it, or undefined when less is left of it. */
export function settleLine<L extends LineMoney>(line: L, amount: bigint): (L & LineChange) | undefined {
  const value = valueLeftOf(line) - amount;
  if (value < 0n) return undefined;
  return { ...line, ...revalued(line, value), settledAmount: line.settledAmount + amount };
}

/** A line after a settlement charged an amount on top of it, or undefined when none of its units is left. */
export function chargeLine<L extends LineMoney>(line: L, amount: bigint): (L & LineChange) | undefined {
  if (unitsLeftOf(line) === 0) return undefined;
  const value = valueLeftOf(line) + amount;
  return { ...line, ...revalued(line, value), chargedAmount: line.chargedAmount + amount };
}

const revalued = (line: LineMoney, valuedAmount: bigint) => ({
  valuedQuantity: unitsLeftOf(line),
  valuedAmount,
});

/** What goes back for units of a line, and how that comes about. */
export interface UnitCredit {
  readonly quantity: number;
  /** What was paid for them, with what was charged on top. */
  readonly paidAmount: bigint;
  /** Of that, what settlements had given back before. */
  readonly settledAmount: bigint;
  /** The difference. */
  readonly amount: bigint;
  readonly taxAmount: bigint;
}

/** Takes units off a line, with what goes back for them. Undefined when fewer are left. */
export function creditLine<L extends LineMoney>(
  line: L,
  units: number,
  kind: 'cancelled' | 'returned',
): { line: L & LineChange; credit: UnitCredit } | undefined {
  if (units < 1 || units > unitsLeftOf(line)) return undefined;
  const counter = kind === 'cancelled' ? 'cancelledQuantity' : 'returnedQuantity';
  const fewer = { ...line, [counter]: line[counter] + units };
  const amount = valueLeftOf(line) - valueLeftOf(fewer);
  const paidAmount = maxOf(amount, paidLeftOf(line) - paidLeftOf(fewer));
  const credit = {
    quantity: units,
    paidAmount,
    settledAmount: paidAmount - amount,
    amount,
    taxAmount: taxShareOf(line, amount),
  };
  return { line: { ...fewer, creditedAmount: line.creditedAmount + amount }, credit };
}

import {
  MAX_AMOUNT,
  divideRounded,
  maxOf,
  minOf,
  splitByLargestRemainder,
  sumOf,
} from '../../platform/money.ts';
import type { SettlementReason } from './policy-rules.ts';

/** The two who settle. The shop makes the first offer, and they take turns. */
export const SIDES = ['shop', 'customer'] as const;
export type Side = (typeof SIDES)[number];

export type Direction = 'to_customer' | 'from_customer';

/** For what the shop can make an offer, by who would get the money. */
export const OFFER_REASONS = {
  to_customer: ['price_error', 'promotion_missed', 'freight', 'coupon_unused', 'goodwill'],
  from_customer: ['price_error', 'price_rise', 'freight', 'upgrade', 'exchange'],
} as const satisfies Readonly<Record<Direction, readonly SettlementReason[]>>;

/** Who has the turn: the other side than that of the newest offer. Undefined where nothing is offered. */
export function decideTurn(state: string, newest: { readonly side: Side } | undefined): Side | undefined {
  if (!newest || (state !== 'offered' && state !== 'countered')) return undefined;
  return newest.side === 'shop' ? 'customer' : 'shop';
}

/** How many counter-offers there were: the first offer is none. */
export const countersOf = (offers: readonly unknown[]): number => Math.max(0, offers.length - 1);

/** What an offer asks for or gives of a line. */
export interface OfferedLine {
  readonly lineId: string;
  /** How many units of the line it is about; all when absent. */
  readonly quantity?: number;
  /** What a unit should have cost, where that is the reason. */
  readonly comparedUnitAmount?: number;
  readonly amount: number;
}

/** A line of the order, as far as an offer depends on it. */
export interface OfferableLine {
  readonly lineId: string;
  /** The units that are left with the customer, and what was paid for them. */
  readonly quantity: number;
  readonly paidNetAmount: bigint;
  /** What settlements gave back of it. */
  readonly settledAmount: bigint;
}

export interface OfferShare {
  readonly lineId: string;
  readonly quantity: number;
  readonly paidNetAmount: bigint;
  readonly comparedUnitAmount: bigint | null;
  readonly differenceAmount: bigint;
  readonly settledAmount: bigint;
  readonly amount: bigint;
}

/** Why an offer cannot be made, and at which of its lines. */
export const OFFER_FAULTS = [
  'reason_other_direction',
  'lines_or_amount',
  'line_unknown',
  'line_twice',
  'too_many_units',
  'no_difference',
  'more_than_difference',
] as const;
export type OfferFault = (typeof OFFER_FAULTS)[number];

/** A line of an offer with its arithmetic, or what is wrong with it. */
export function decideOfferLine(
  direction: Direction,
  offered: OfferedLine,
  line: OfferableLine | undefined,
): OfferShare | OfferFault {
  if (!line) return 'line_unknown';
  const quantity = offered.quantity ?? line.quantity;
  if (quantity < 1 || quantity > line.quantity) return 'too_many_units';
  const paidNetAmount = divideRounded(line.paidNetAmount * BigInt(quantity), BigInt(line.quantity));
  const amount = BigInt(offered.amount);
  const { lineId, settledAmount } = line;
  const facts = { lineId, quantity, paidNetAmount, settledAmount, amount };
  if (offered.comparedUnitAmount === undefined)
    return { ...facts, comparedUnitAmount: null, differenceAmount: amount };
  const comparedUnitAmount = BigInt(offered.comparedUnitAmount);
  const cheaper = paidNetAmount - comparedUnitAmount * BigInt(quantity);
  const differenceAmount = direction === 'to_customer' ? cheaper : -cheaper;
  if (differenceAmount <= 0n) return 'no_difference';
  if (amount > differenceAmount) return 'more_than_difference';
  return { ...facts, comparedUnitAmount, differenceAmount };
}

/** What bounds an offer for a line. */
type OfferBounds = Pick<
  OfferShare,
  'paidNetAmount' | 'settledAmount' | 'comparedUnitAmount' | 'differenceAmount'
>;

/**
 * What can be offered of a line at most, in the first round as in every other: where a compared price is the reason the difference
 * to that, and to the customer never more than is left of what was paid net. Of 36.00 of which 4.00 were settled, 32.00.
 */
export function largestOf(direction: Direction, line: OfferBounds): bigint {
  const left = direction === 'to_customer' ? maxOf(0n, line.paidNetAmount - line.settledAmount) : MAX_AMOUNT;
  return line.comparedUnitAmount === null ? left : minOf(left, line.differenceAmount);
}

export interface ScalableLine extends OfferBounds {
  /** What was offered of it at first. */
  readonly offeredAmount: bigint | null;
}

/**
 * The shares of another amount, in the proportion of the first offer and by largest remainder, so that rounds do not drift apart.
 * 10.00 over lines that were offered at 6.00 and 3.00 is 6.67 and 3.33. Undefined when a line has less left than its share.
 */
export function scaleOffer(
  direction: Direction,
  amount: bigint,
  lines: readonly ScalableLine[],
): bigint[] | undefined {
  if (lines.length === 0) return [];
  const shares = splitByLargestRemainder(amount, lines.map(weightOf));
  return lines.every((line, at) => (shares[at] ?? 0n) <= largestOf(direction, line)) ? shares : undefined;
}

const weightOf = ({ offeredAmount }: ScalableLine): bigint => offeredAmount ?? 0n;

/** The largest amount of which every line surely has its share left: what the line with the least room allows. */
export function largestOffer(direction: Direction, lines: readonly ScalableLine[]): bigint {
  const whole = sumOf(lines.map(weightOf));
  return lines.reduce((most, line) => {
    const weight = weightOf(line);
    return weight === 0n ? most : minOf(most, (largestOf(direction, line) * whole) / weight);
  }, MAX_AMOUNT);
}

import { maxOf, sumOf } from '../../../platform/money.ts';
import type { FreightQuote } from './facts.ts';
import type { Offer } from './seats.ts';
import { consider, type Tally } from './tally.ts';

/**
 * What roundings can make of each line: a share is within half a unit of its sum, and within a whole one by largest remainder, on both
 * sides of a comparison.
 */
const ROUNDING_PER_LINE = 3n;

/** How much offers on the order and on freight can bring at most, whatever was chosen on goods. */
export interface Bounds {
  /** Off goods, and as gifts, by the offers from each place on. */
  readonly fromOn: readonly bigint[];
  /** Freight is not less than that. */
  readonly freightAmount: bigint;
}

/**
 * Such bounds, where each of the offers takes off no less the more there is: none brings more than it does by itself before anything else
 * is taken off. Of those that stand in each other's way only the greatest counts. Undefined where an offer may bring more later.
 */
export function boundLater(tally: Tally, later: readonly Offer[], freight: FreightQuote): Bounds | undefined {
  if (!later.every(grows)) return undefined;
  const before = tally.freightAmount;
  tally.freightAmount = freight.amountFor(tally.left);
  const most = later.map((offer) => worthOf(tally, offer));
  const offFreight = sumOf(most.filter((_, i) => isOnFreight(later[i] as Offer)));
  const freightAmount = freight.isFixed ? maxOf(0n, tally.freightAmount - offFreight) : 0n;
  tally.freightAmount = before;
  const fromOn = [...later.map((_, i) => mostOf(later, most, i)), 0n];
  return { fromOn, freightAmount };
}

const isOnFreight = ({ seat }: Offer) => seat.stackingClass === 'freight';

/** What offers on the order bring at most together, from one of them on. */
function mostOf(later: readonly Offer[], most: readonly bigint[], from: number): bigint {
  const byPlace = new Map<string, bigint>();
  for (const [i, offer] of later.entries()) {
    if (i < from || isOnFreight(offer)) continue;
    const place = placeOf(offer, i);
    byPlace.set(place, maxOf(byPlace.get(place) ?? 0n, most[i] ?? 0n));
  }
  return sumOf([...byPlace.values()]);
}

/**
 * Of offers with one place one acts at most: they are for the same lines, whatever keeps one off a line keeps the others off it, and where
 * one has acted no other of them may.
 */
const placeOf = ({ seat, lines }: Offer, i: number): string =>
  seat.combinesWith.includes('order')
    ? `alone ${i}`
    : `${seat.combinesWith.toSorted().join()} ${lines.join()}`;

const grows = ({ seat }: Offer): boolean =>
  seat.mechanic.growsWithAmount?.(seat.campaign.rule.mechanic) ?? false;

function worthOf(tally: Tally, offer: Offer): bigint {
  const action = consider(tally, offer);
  const rounding = ROUNDING_PER_LINE * BigInt(offer.lines.length);
  return rounding + (typeof action === 'string' ? 0n : action.savedAmount);
}

/** What the customer has of what is on the tally, freight aside: gifts at their price, less what is left to pay. */
export const standingOf = (tally: Tally): bigint =>
  sumOf(tally.actions.map((action) => (action.gifts.length > 0 ? action.savedAmount : 0n))) -
  sumOf(tally.left);

import { compareOrders, type Offer, type Seat } from './seats.ts';
import { type Action, consider, perform, type Tally, undo } from './tally.ts';

/**
 * Offers that have to be decided together, directly or through others: they share lines, give away the same product, or one has a minimum
 * that depends on what is taken off the lines of the other.
 */
export type Part = readonly Offer[];

/** One way to take the offers of a part: what they do, and what that is worth. */
export interface Option {
  readonly actions: readonly Action[];
  readonly savedAmount: bigint;
  /** For ties: the ranks of what is in it, the highest first. */
  readonly ranks: readonly (readonly number[])[];
}

/** Up to so many offers of a part every combination is tried. */
const MOST_PER_PART = 10;

/** Divides offers on the price of goods into parts that do not touch each other. */
export function findParts(offers: readonly Offer[], lineCount: number): Part[] {
  const root = Array.from({ length: lineCount }, (_, i) => i);
  const find = (i: number): number => {
    let at = i;
    while (root[at] !== at) {
      root[at] = root[root[at] ?? 0] ?? 0;
      at = root[at] ?? 0;
    }
    return at;
  };
  const join = (a: number, b: number) => {
    root[find(a)] = find(b);
  };
  const givers = new Map<string, number>();
  for (const { seat, lines } of offers) {
    const [first = 0] = lines;
    for (const other of hasMovingMinimum(seat) ? seat.lines : lines) join(other, first);
    for (const productId of seat.mechanic.giftIdsOf?.(seat.campaign.rule.mechanic) ?? []) {
      join(givers.get(productId) ?? first, first);
      givers.set(productId, first);
    }
  }
  const parts = new Map<number, Offer[]>();
  for (const offer of offers) {
    const at = find(offer.lines[0] ?? 0);
    const part = parts.get(at);
    if (part) part.push(offer);
    else parts.set(at, [offer]);
  }
  return [...parts.values()];
}

export const hasMovingMinimum = ({ campaign: { rule } }: Seat): boolean =>
  rule.minimumAmount !== null && rule.minimumAmountBasis !== 'list';

const ranksOf = (actions: readonly Action[]): number[][] =>
  actions.map(({ offer }) => [offer.seat.rank, offer.lines[0] ?? 0]).toSorted(compareOrders);

/** Of two ways that are worth the same the one with the higher priority, then the smaller id, comes first; more of them before fewer. */
export function compareRanks(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const [one, other] = [a[i], b[i]];
    if (!one || !other) return one ? -1 : 1;
    const difference = compareOrders(one, other);
    if (difference !== 0) return difference;
  }
  return 0;
}

export const compareOptions = (a: Option, b: Option): number =>
  a.savedAmount === b.savedAmount ? compareRanks(a.ranks, b.ranks) : a.savedAmount > b.savedAmount ? -1 : 1;

export const optionOf = (actions: readonly Action[]): Option => ({
  actions,
  savedAmount: actions.reduce((sum, { savedAmount }) => sum + savedAmount, 0n),
  ranks: ranksOf(actions),
});

/**
 * The ways to take a part, the best first; the last is to take nothing. Undefined for a part of more than ten offers, and for one that has
 * more ways than `most`.
 */
export function findOptions(tally: Tally, part: Part, most: number): readonly Option[] | undefined {
  if (part.length > MOST_PER_PART) return undefined;
  const options: Option[] = [];
  const start = tally.actions.length;
  const visit = (i: number): void => {
    if (options.length > most) return;
    const offer = part[i];
    if (!offer) {
      options.push(optionOf(tally.actions.slice(start)));
      return;
    }
    const action = consider(tally, offer);
    if (typeof action !== 'string') {
      perform(tally, action);
      visit(i + 1);
      undo(tally);
    }
    visit(i + 1);
  };
  visit(0);
  return options.length > most ? undefined : options.toSorted(compareOptions);
}

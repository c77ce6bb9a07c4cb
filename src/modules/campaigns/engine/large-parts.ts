import { compareOptions, findOptions, hasMovingMinimum, type Option, optionOf, type Part } from './parts.ts';
import { combine, type Offer } from './seats.ts';
import { consider, perform, type Tally, undo } from './tally.ts';

/** On one line of a large part, up to so many combinations are compared. */
const MOST_ON_LINE = 64;

/** Whether nothing else acts on goods on which it does, and what it does there depends on nothing else. */
const isAlone = ({ seat, lines }: Offer): boolean =>
  lines.length === 1 &&
  !seat.combinesWith.includes('product') &&
  seat.campaign.rule.exclusiveGroup === null &&
  !hasMovingMinimum(seat) &&
  seat.mechanic.giftIdsOf === undefined;

/**
 * Of the offers on one line that go with no other on goods only the best can be in the best set, and only those that do something at all:
 * of ten storewide discounts one is left for each line. Where there are offers on order or freight too, it is the best of each that go with the
 * same classes of those. `worth` is what such an offer does by itself.
 */
export function dropBeaten(
  offers: readonly Offer[],
  worth: ReadonlyMap<Offer, Option>,
  hasLater: boolean,
): Offer[] {
  const best = new Map<string, Option>();
  const keyOf = ({ seat, lines }: Offer) =>
    hasLater
      ? `${lines[0]}/${seat.combinesWith.includes('order')}/${seat.combinesWith.includes('freight')}`
      : `${lines[0]}`;
  for (const [offer, option] of worth) {
    const key = keyOf(offer);
    const known = best.get(key);
    if (!known || compareOptions(option, known) < 0) best.set(key, option);
  }
  return offers.filter((offer) => {
    if (!isAlone(offer)) return true;
    const own = worth.get(offer);
    return own !== undefined && best.get(keyOf(offer)) === own;
  });
}

/** What each offer that goes with no other does by itself; those that do nothing are left out. */
export function weighAlone(tally: Tally, offers: readonly Offer[]): ReadonlyMap<Offer, Option> {
  const worth = new Map<Offer, Option>();
  for (const offer of offers) {
    if (!isAlone(offer)) continue;
    const action = consider(tally, offer);
    if (typeof action !== 'string') worth.set(offer, optionOf([action]));
  }
  return worth;
}

/** What comes of doing these offers in order, leaving out those that do nothing then. */
function takeThese(tally: Tally, offers: readonly Offer[]): Option {
  const start = tally.actions.length;
  for (const offer of offers) {
    const action = consider(tally, offer);
    if (typeof action !== 'string') perform(tally, action);
  }
  const option = optionOf(tally.actions.slice(start));
  while (tally.actions.length > start) undo(tally);
  return option;
}

/**
 * The heuristic for a part of more than ten offers. On each line by itself the best of what acts there alone; then the offers that act on
 * several lines, by what they are worth alone, each with everything that does not go with it given up on its lines: it stays where that
 * is better.
 */
export function takeLargePart(tally: Tally, part: Part): Option {
  const byLine = new Map<number, Offer[]>();
  for (const offer of part) {
    const [line = 0] = offer.lines;
    if (offer.lines.length === 1) byLine.set(line, [...(byLine.get(line) ?? []), offer]);
  }
  const onLine = new Map<number, readonly Offer[]>();
  for (const [line, own] of byLine) onLine.set(line, bestOnLine(tally, own));
  const wide = part
    .filter(({ lines }) => lines.length > 1)
    .map((offer) => ({ offer, alone: takeThese(tally, [offer]) }))
    .filter(({ alone }) => alone.actions.length > 0)
    .toSorted((a, b) => compareOptions(a.alone, b.alone));
  const chosen = new Set<Offer>([...onLine.values()].flat());
  let best = takeThese(tally, inOrder(part, chosen));
  for (const { offer } of wide) {
    const own = new Set(offer.lines);
    const goesWith = (other: Offer) =>
      combine(offer.seat, other.seat) || !other.lines.some((line) => own.has(line));
    const tried = new Set([...chosen].filter(goesWith));
    tried.add(offer);
    const option = takeThese(tally, inOrder(part, tried));
    if (compareOptions(option, best) > 0) continue;
    best = option;
    chosen.clear();
    for (const one of tried) chosen.add(one);
  }
  return best;
}

const inOrder = (part: Part, chosen: ReadonlySet<Offer>): Offer[] =>
  part.filter((offer) => chosen.has(offer));

/** The best of what acts on one line: all combinations of a few, else what adds to the best one of them. */
function bestOnLine(tally: Tally, own: readonly Offer[]): Offer[] {
  const [first] = findOptions(tally, own, MOST_ON_LINE) ?? [];
  if (first) return first.actions.map(({ offer }) => offer);
  const alone = own.map((offer) => takeThese(tally, [offer])).toSorted(compareOptions);
  const chosen = new Set<Offer>();
  let best: Option | undefined;
  for (const [{ offer } = { offer: undefined }] of alone.map(({ actions }) => actions)) {
    if (!offer) continue;
    const option = takeThese(tally, inOrder(own, new Set([...chosen, offer])));
    if (best && compareOptions(option, best) >= 0) continue;
    best = option;
    chosen.add(offer);
  }
  return inOrder(own, chosen);
}

import { sumOf } from '../../../platform/money.ts';
import { type Bounds, boundLater, standingOf } from './bounds.ts';
import type { FreightQuote, StackingClass } from './facts.ts';
import { dropBeaten, takeLargePart, weighAlone } from './large-parts.ts';
import { compareRanks, findOptions, findParts, type Option, type Part } from './parts.ts';
import { compareOrders, type Offer, type Seat } from './seats.ts';
import { type Action, consider, perform, type Tally, undo } from './tally.ts';

/** Up to so many combinations all of them are compared: as many as ten candidates have, whatever they are. */
const MOST_COMBINATIONS = 1_024;
/** With so many lines at most; in larger baskets so many combinations fewer, that the work stays the same. */
const MOST_LINE_STEPS = 65_536;
/** Of all parts together so many ways to take them are looked at, where each is for itself: 1,024 of each of sixteen. */
const MOST_OPTIONS = 16_384;
/** Up to so many offers on order and freight are tried in every combination for one choice of the goods' prices. */
const MOST_LATER = 6;

export interface Found {
  readonly actions: readonly Action[];
  readonly method: 'exact' | 'heuristic';
  readonly candidateCount: number;
}

/** What is compared: what the customer saves, goods, freight and gifts together, and for ties what is in it. */
interface Best {
  readonly savedAmount: bigint;
  readonly ranks: readonly (readonly number[])[];
  readonly actions: readonly Action[];
}

interface Search {
  readonly tally: Tally;
  readonly freight: FreightQuote;
  readonly later: readonly Offer[];
  best: Best | undefined;
  /** Known where the offers on order and freight have any. */
  readonly bounds: Bounds | undefined;
}

/**
 * The best legal set for the customer. Exact where the offers on goods do not influence each other through order or freight, or where
 * there are at most 1,024 combinations; else the best choice of each part, nothing on goods, and what goes with offers on the order or on
 * freight; then every combination of up to six such offers, or of more what combines with each of them in turn.
 */
export function findBest(tally: Tally, offers: readonly Offer[], freight: FreightQuote): Found {
  const goods = offers.filter(({ seat }) => seat.stackingClass === 'product');
  const later = offers.filter(({ seat }) => seat.stackingClass !== 'product');
  const bounds = boundLater(tally, later, freight);
  const search: Search = { tally, freight, later, bounds, best: undefined };
  const isExact = isApart(goods, later, freight) ? takeApart(search, goods) : takeTogether(search, goods);
  return {
    actions: actionsOf(search),
    method: isExact ? 'exact' : 'heuristic',
    candidateCount: offers.length,
  };
}

const isApart = (goods: readonly Offer[], later: readonly Offer[], freight: FreightQuote): boolean =>
  later.length === 0 && freight.isFixed && !isGroupShared(goods);

/** Each part for itself. True when each is exact. */
function takeApart(search: Search, goods: readonly Offer[]): boolean {
  const { tally } = search;
  const parts = findParts(dropBeaten(goods, weighAlone(tally, goods), false), tally.lines.length);
  const all = parts.map((part) => choiceOf(tally, part, parts.length));
  withOptions(tally, choose(tally, all, ANYTHING), () => weigh(search));
  return all.every(({ options }) => options !== undefined);
}

/** Everything in every combination, where there are few; else the heuristic. True when it is exact. */
function takeTogether(search: Search, goods: readonly Offer[]): boolean {
  const { tally, later } = search;
  const most = mostFor(tally.lines.length) / 2 ** later.length;
  const options = findAllOptions(tally, findParts(goods, tally.lines.length), most);
  if (options) {
    const bests = options.map(([best]) => best?.savedAmount ?? 0n);
    tryCombinations(search, { options, fromOn: [...bests.map((_, i) => sumOf(bests.slice(i))), 0n] }, 0);
    return true;
  }
  const parts = findParts(dropBeaten(goods, weighAlone(tally, goods), true), tally.lines.length);
  tryStarts(
    search,
    parts.map((part) => choiceOf(tally, part, parts.length)),
  );
  return false;
}

/** The ways to take each part; undefined when together they are too many. */
function findAllOptions(
  tally: Tally,
  parts: readonly Part[],
  most: number,
): (readonly Option[])[] | undefined {
  const all: (readonly Option[])[] = [];
  let count = 1;
  for (const part of parts) {
    const options = count > most ? undefined : findOptions(tally, part, most / count);
    if (!options) return undefined;
    count *= options.length;
    all.push(options);
  }
  return count > most ? undefined : all;
}

/** The best choice in the order of application, which the parts have each for themselves. */
const actionsOf = ({ best }: Search): readonly Action[] =>
  (best?.actions ?? []).toSorted((a, b) => compareOrders(a.offer.order, b.offer.order));

const mostFor = (lineCount: number): number =>
  Math.min(MOST_COMBINATIONS, Math.floor(MOST_LINE_STEPS / lineCount));

/** Whether an exclusive group has campaigns in more than one part: then the parts are not apart. */
function isGroupShared(goods: readonly Offer[]): boolean {
  const seats = new Map<string, number>();
  for (const { seat } of goods) {
    const group = seat.campaign.rule.exclusiveGroup;
    if (group === null) continue;
    const known = seats.get(group);
    if (known !== undefined && known !== seat.rank) return true;
    seats.set(group, seat.rank);
  }
  return false;
}

/** The ways to take each part, the best first, and what the parts from each on can bring at most. */
interface Ways {
  readonly options: readonly (readonly Option[])[];
  readonly fromOn: readonly bigint[];
}

/** Every choice of options, and for each of them every choice of what comes later, but for those that cannot be better. */
function tryCombinations(search: Search, ways: Ways, at: number): void {
  const own = ways.options[at];
  if (!own) {
    tryLater(search, 0);
    return;
  }
  const others = ways.fromOn[at + 1] ?? 0n;
  for (const option of own) {
    if (breaksGroup(search.tally, option)) continue;
    if (isBeaten(search, option.savedAmount + others, 0)) continue;
    withOptions(search.tally, [option], () => tryCombinations(search, ways, at + 1));
  }
}

/** Whether the best so far is better than anything that can come: what there is, `more` at most, and what later offers bring at most. */
function isBeaten({ tally, best, bounds }: Search, more: bigint, later: number): boolean {
  if (!best || !bounds) return false;
  const most = standingOf(tally) + more + (bounds.fromOn[later] ?? 0n) - bounds.freightAmount;
  return most < best.savedAmount;
}

const groupOf = ({ offer }: Action) => offer.seat.campaign.rule.exclusiveGroup;
const breaksGroup = (tally: Tally, option: Option): boolean =>
  option.actions.some((action) => {
    const group = groupOf(action);
    return (
      group !== null &&
      tally.actions.some((other) => groupOf(other) === group && other.offer.seat !== action.offer.seat)
    );
  });

/** Every choice of the offers on order and freight from `at` on. */
function tryLater(search: Search, at: number): void {
  const offer = search.later[at];
  const { tally } = search;
  if (isBeaten(search, 0n, at)) return;
  if (!offer) {
    weigh(search);
    return;
  }
  if (offer.seat.stackingClass === 'freight' && search.later[at - 1]?.seat.stackingClass !== 'freight')
    tally.freightAmount = search.freight.amountFor(tally.left);
  const freightBefore = tally.freightAmount;
  const action = consider(tally, offer);
  if (typeof action !== 'string') {
    perform(tally, action);
    tryLater(search, at + 1);
    undo(tally);
  }
  tally.freightAmount = freightBefore;
  tryLater(search, at + 1);
}

/** Compares where the tally stands with the best so far. */
function weigh(search: Search): void {
  const { tally, freight, best } = search;
  const hasFreightOffers = search.later.at(-1)?.seat.stackingClass === 'freight';
  const freightAmount = hasFreightOffers ? tally.freightAmount : freight.amountFor(tally.left);
  const savedAmount = standingOf(tally) - freightAmount;
  if (best && savedAmount < best.savedAmount) return;
  const ranks = tally.actions
    .map(({ offer }) => [offer.seat.rank, offer.lines[0] ?? 0])
    .toSorted(compareOrders);
  if (best && savedAmount === best.savedAmount && compareRanks(ranks, best.ranks) >= 0) return;
  search.best = { savedAmount, ranks, actions: [...tally.actions] };
}

/** With what options do done, and taken back afterwards. */
function withOptions(tally: Tally, options: readonly Option[], then: () => void): void {
  const start = tally.actions.length;
  for (const { actions } of options) for (const action of actions) perform(tally, action);
  then();
  while (tally.actions.length > start) undo(tally);
}

/** A part, and the ways to take it where they are not too many. */
interface Choice {
  readonly part: Part;
  readonly options: readonly Option[] | undefined;
  /** What was found for it as a large part, by what had to go with it. */
  readonly known: Map<string, Option>;
}

const choiceOf = (tally: Tally, part: Part, partCount: number): Choice => ({
  part,
  options: findOptions(tally, part, Math.min(MOST_COMBINATIONS, Math.ceil(MOST_OPTIONS / partCount))),
  known: new Map(),
});

/** What offers on goods have to go with: those of a class that go with offers on goods. */
const ANYTHING = 'anything';
type Beside = StackingClass | typeof ANYTHING;

/** The heuristic. What it starts from: the best of each part, nothing, and what goes with offers on the order or on freight. */
function tryStarts(search: Search, choices: readonly Choice[]): void {
  const { tally, later } = search;
  const begin = (start: readonly Option[], firsts: readonly (Offer | undefined)[]) =>
    withOptions(tally, start, () => {
      if (later.length <= MOST_LATER) tryLater(search, 0);
      else for (const first of firsts) takeGreedily(search, first);
    });
  const best = choose(tally, choices, ANYTHING);
  begin(best, [undefined, ...later]);
  begin([], [undefined, ...later]);
  for (const beside of ['order', 'freight'] as const) {
    const firsts = later.filter(
      ({ seat }) => seat.stackingClass === beside && seat.combinesWith.includes('product'),
    );
    if (firsts.length === 0) continue;
    const start = choose(tally, choices, beside);
    // Mostly nothing has to give way, and what comes of that is known.
    if (start.some((option, i) => option !== best[i])) begin(start, firsts);
  }
}

const isOpenTo = (a: Seat, b: Seat): boolean =>
  a.combinesWith.includes(b.stackingClass) && b.combinesWith.includes(a.stackingClass);

/** Of each part the best that goes with what is beside it, with one campaign of each exclusive group: the first that is met. */
function choose(tally: Tally, choices: readonly Choice[], beside: Beside): Option[] {
  const groups = new Map<string, Seat>();
  const passes = ({ seat }: Offer) => {
    const group = seat.campaign.rule.exclusiveGroup;
    const holder = group === null ? undefined : groups.get(group);
    return (
      (beside === ANYTHING || seat.combinesWith.includes(beside)) && (holder === undefined || holder === seat)
    );
  };
  return choices.flatMap((choice) => {
    const option = choice.options
      ? choice.options.find(({ actions }) => actions.every(({ offer }) => passes(offer)))
      : takeLarge(tally, choice, passes);
    for (const action of option?.actions ?? []) {
      const group = groupOf(action);
      if (group !== null) groups.set(group, action.offer.seat);
    }
    return option ? [option] : [];
  });
}

function takeLarge(tally: Tally, { part, known }: Choice, passes: (offer: Offer) => boolean): Option {
  const open = part.map((offer) => (passes(offer) ? '1' : '0')).join('');
  const option = known.get(open) ?? takeLargePart(tally, part.filter(passes));
  known.set(open, option);
  return option;
}

/** In the order of application, everything that does something beside `first`, which is in it in any case. */
function takeGreedily(search: Search, first: Offer | undefined): void {
  const { tally, later, freight } = search;
  const start = tally.actions.length;
  let isFreightKnown = false;
  for (const offer of later) {
    if (offer.seat.stackingClass === 'freight' && !isFreightKnown) {
      isFreightKnown = true;
      tally.freightAmount = freight.amountFor(tally.left);
    }
    if (first && offer !== first && !isOpenTo(offer.seat, first.seat)) continue;
    const action = consider(tally, offer);
    if (typeof action !== 'string') perform(tally, action);
  }
  weigh(search);
  while (tally.actions.length > start) undo(tally);
}

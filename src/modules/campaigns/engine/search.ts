import { sumOf } from '../../../platform/money.ts';
import type { FreightQuote } from './facts.ts';
import { compareRanks, findOptions, findParts, type Option } from './parts.ts';
import { compareOrders, type Offer } from './seats.ts';
import { type Action, consider, perform, type Tally, undo } from './tally.ts';

/** Up to so many combinations all of them are compared: as many as ten candidates have, whatever they are. */
export const MOST_COMBINATIONS = 1_024;
/** With so many lines at most; in larger baskets so many combinations fewer, that the work stays the same. */
const MOST_LINE_STEPS = 65_536;
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
}

/**
 * The best legal set for the customer. Exact where the offers on goods do not influence each other through order or freight, or where
 * there are at most 1,024 combinations; else the best choice of each part, nothing on goods, and, for every offer on the order or freight,
 * what combines with it; then every combination of up to six such offers, or of more what combines with each of them in turn.
 */
export function findBest(tally: Tally, offers: readonly Offer[], freight: FreightQuote): Found {
  const goods = offers.filter(({ seat }) => seat.stackingClass === 'product');
  const later = offers.filter(({ seat }) => seat.stackingClass !== 'product');
  const search: Search = { tally, freight, later, best: undefined };
  const parts = findParts(goods, tally.lines.length).map((part) => findOptions(tally, part));
  const isComplete = parts.every((part) => part.isComplete);
  const options = parts.map((part) => part.options);
  const isApart = later.length === 0 && freight.isFixed && !isGroupShared(goods);
  if (isApart) {
    withOptions(
      tally,
      options.map(([best]) => best as Option),
      () => weigh(search),
    );
    return {
      actions: actionsOf(search),
      method: isComplete ? 'exact' : 'heuristic',
      candidateCount: offers.length,
    };
  }
  const isExact = isComplete && countCombinations(options, later.length) <= mostFor(tally.lines.length);
  if (isExact) tryCombinations(search, options, 0);
  else tryStarts(search, options);
  return {
    actions: actionsOf(search),
    method: isExact ? 'exact' : 'heuristic',
    candidateCount: offers.length,
  };
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

function countCombinations(options: readonly (readonly Option[])[], later: number): number {
  let count = 2 ** later;
  for (const of of options) {
    count *= of.length;
    if (count > MOST_COMBINATIONS) break;
  }
  return count;
}

/** Every choice of options, and for each of them every choice of what comes later. */
function tryCombinations(search: Search, options: readonly (readonly Option[])[], at: number): void {
  const own = options[at];
  if (!own) {
    tryLater(search, 0);
    return;
  }
  for (const option of own) {
    if (breaksGroup(search.tally, option)) continue;
    withOptions(search.tally, [option], () => tryCombinations(search, options, at + 1));
  }
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
  const gifts = sumOf(tally.actions.map((action) => (action.gifts.length > 0 ? action.savedAmount : 0n)));
  const savedAmount = gifts - sumOf(tally.left) - freightAmount;
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

/** The heuristic. What it starts from: the best of each part, nothing, and what gives way to one offer on the order or freight. */
function tryStarts(search: Search, options: readonly (readonly Option[])[]): void {
  const { later } = search;
  const begin = (start: readonly Option[], firsts: readonly (Offer | undefined)[]) =>
    withOptions(search.tally, start, () => {
      if (later.length <= MOST_LATER) tryLater(search, 0);
      else for (const first of firsts) takeGreedily(search, first);
    });
  begin(
    choose(options, () => true),
    [undefined, ...later],
  );
  begin([], [undefined, ...later]);
  for (const first of later)
    begin(
      choose(options, (action) => isOpenTo(action.offer.seat, first.seat)),
      [first],
    );
}

const isOpenTo = (a: Offer['seat'], b: Offer['seat']): boolean =>
  a.combinesWith.includes(b.stackingClass) && b.combinesWith.includes(a.stackingClass);

/** Of each part the best option of which everything passes, with one campaign of each exclusive group: the first that is met. */
function choose(options: readonly (readonly Option[])[], passes: (action: Action) => boolean): Option[] {
  const groups = new Map<string, Offer['seat']>();
  return options.flatMap((own) => {
    const option = own.find(({ actions }) =>
      actions.every((action) => {
        const group = groupOf(action);
        const holder = group === null ? undefined : groups.get(group);
        return passes(action) && (holder === undefined || holder === action.offer.seat);
      }),
    );
    for (const action of option?.actions ?? []) {
      const group = groupOf(action);
      if (group !== null) groups.set(group, action.offer.seat);
    }
    return option ? [option] : [];
  });
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

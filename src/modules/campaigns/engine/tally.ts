import { maxOf, minOf, shareOf, splitByLargestRemainder, sumOf } from '../../../platform/money.ts';
import { floorOfLine, type PricedItem, withMargin } from './basket.ts';
import type { PricingFacts } from './facts.ts';
import type { Effect, LineShare, Pieces, ViewLine } from './mechanic.ts';
import type { RejectionReason } from './reasons.ts';
import { combine, type Offer, type Seat } from './seats.ts';

/** What a discount wanted of a line, and what its floor let it have. */
export interface Clamp {
  readonly index: number;
  readonly wantedAmount: bigint;
  readonly givenAmount: bigint;
  readonly floorAmount: bigint;
}

/** An amount, the weights that it was split by, and what came of it. */
export interface Split {
  readonly amount: bigint;
  readonly over: readonly LineShare[];
  readonly wanted: readonly bigint[];
}

/** What an offer did. */
export interface Action {
  readonly offer: Offer;
  /** The lines that it may act on beside those that acted before. */
  readonly lines: readonly number[];
  readonly shares: readonly LineShare[];
  /** How it split an amount over lines, before their floors. */
  readonly split: Split | undefined;
  readonly clamps: readonly Clamp[];
  readonly gifts: readonly Pieces[];
  readonly giftCostAmount: bigint;
  /** What else now counts as cost of lines. */
  readonly costs: readonly LineShare[];
  readonly freightAmount: bigint;
  readonly pointsMultiplierBps: number | undefined;
  readonly taken: readonly Pieces[];
  readonly rung: Effect['rung'];
  /** What it is worth to the customer: discounts, freight, and gifts at their price. */
  readonly savedAmount: bigint;
}

/** Where a basket stands while offers are tried. Changed in place by `perform` and back by `undo`: a search visits thousands. */
export interface Tally {
  readonly lines: readonly PricedItem[];
  readonly facts: PricingFacts;
  readonly current: bigint[];
  readonly left: bigint[];
  readonly extraCosts: bigint[];
  /** Who has acted on each line. */
  readonly seatsOf: Seat[][];
  readonly actions: Action[];
  /** What freight is, once the class `freight` is reached. */
  freightAmount: bigint;
}

export const startTally = (lines: readonly PricedItem[], facts: PricingFacts): Tally => ({
  lines,
  facts,
  current: lines.map(({ listAmount }) => listAmount),
  left: lines.map(({ listAmount }) => listAmount),
  extraCosts: lines.map(() => 0n),
  seatsOf: lines.map(() => []),
  actions: [],
  freightAmount: 0n,
});

const at = (amounts: readonly bigint[], index: number): bigint => amounts[index] ?? 0n;

/** What may still come off a line. */
function roomOf(tally: Tally, index: number): bigint {
  const line = tally.lines[index];
  if (!line) return 0n;
  return maxOf(0n, at(tally.left, index) - floorOfLine(line, at(tally.extraCosts, index)));
}

/** What an offer would do now, or why nothing. Changes nothing. */
export function consider(tally: Tally, offer: Offer): Action | RejectionReason {
  const { seat } = offer;
  const group = seat.campaign.rule.exclusiveGroup;
  const isTaken = (other: Action) =>
    other.offer.seat !== seat && other.offer.seat.campaign.rule.exclusiveGroup === group;
  if (group !== null && tally.actions.some(isTaken)) return 'exclusive_group';
  const lines = freeLinesOf(tally, offer);
  if (lines.length === 0) return 'does_not_combine';
  if (isBelowMinimum(tally, seat)) return 'below_minimum_amount';
  const effect = seat.mechanic.apply(seat.campaign.rule.mechanic, {
    campaign: seat.campaign,
    lines: lines.map((index) => viewOf(tally, index)),
    left: tally.facts.left.get(seat.campaign.id),
    gifts: tally.facts.gifts,
    freightAmount: tally.freightAmount,
  });
  return typeof effect === 'string' ? effect : actionOf(tally, offer, lines, effect);
}

/** The lines of an offer on which it combines with everybody who was there before; freight is of the whole order. */
function freeLinesOf(tally: Tally, { seat, lines }: Offer): readonly number[] {
  if (seat.stackingClass === 'freight')
    return tally.actions.every(({ offer }) => combine(seat, offer.seat)) ? lines : [];
  const isFree = (index: number) => (tally.seatsOf[index] ?? []).every((other) => combine(seat, other));
  return lines.every(isFree) ? lines : lines.filter(isFree);
}

/** What the goods that a campaign covers have come to by now, before what it takes off itself. */
function isBelowMinimum(tally: Tally, seat: Seat): boolean {
  const { rule } = seat.campaign;
  if (rule.minimumAmount === null || rule.minimumAmountBasis === 'list') return false;
  const amounts = rule.minimumAmountBasis === 'current' ? tally.current : tally.left;
  const own = tally.actions.flatMap(({ offer, shares }) => (offer.seat === seat ? shares : []));
  const taken = own.filter(({ index }) => seat.covered.includes(index)).map(({ amount }) => amount);
  const total = sumOf(seat.covered.map((index) => at(amounts, index))) + sumOf(taken);
  return total < BigInt(rule.minimumAmount);
}

function viewOf(tally: Tally, index: number): ViewLine {
  const { item, listAmount, floorUnitAmount } = tally.lines[index] as PricedItem;
  return {
    index,
    item,
    listAmount,
    floorUnitAmount,
    currentAmount: at(tally.current, index),
    leftAmount: at(tally.left, index),
  };
}

const NONE: readonly never[] = [];

type Did = Partial<Omit<Action, 'offer' | 'lines'>> & Pick<Action, 'savedAmount'>;

/** Written out, so that all actions have one shape: a search makes thousands of them. */
const actionFrom = (offer: Offer, lines: readonly number[], effect: Effect, did: Did): Action => ({
  offer,
  lines,
  shares: did.shares ?? NONE,
  split: did.split,
  clamps: did.clamps ?? NONE,
  gifts: did.gifts ?? NONE,
  giftCostAmount: did.giftCostAmount ?? 0n,
  costs: did.costs ?? NONE,
  freightAmount: did.freightAmount ?? 0n,
  pointsMultiplierBps: did.pointsMultiplierBps,
  taken: effect.taken ?? NONE,
  rung: effect.rung,
  savedAmount: did.savedAmount,
});

function actionOf(
  tally: Tally,
  offer: Offer,
  lines: readonly number[],
  effect: Effect,
): Action | RejectionReason {
  const did = effect.gifts
    ? giveAway(tally, lines, effect.gifts)
    : effect.pointsMultiplierBps !== undefined
      ? multiplyPoints(tally, lines, effect.pointsMultiplierBps)
      : effect.freightAmount !== undefined
        ? takeOffFreight(tally, effect.freightAmount)
        : takeOffLines(tally, effect);
  return typeof did === 'string' ? did : actionFrom(offer, lines, effect, did);
}

function takeOffFreight(tally: Tally, wanted: bigint): Did | RejectionReason {
  const freightAmount = minOf(wanted, tally.freightAmount);
  return freightAmount > 0n ? { freightAmount, savedAmount: freightAmount } : 'nothing_to_take_off';
}

function takeOffLines(tally: Tally, effect: Effect): Did | RejectionReason {
  const { shares, clamps, split } = effect.spread
    ? spread(tally, effect.spread)
    : clampEach(tally, effect.lines ?? NONE);
  if (shares.length === 0) return clamps.length > 0 ? 'below_floor' : 'nothing_to_take_off';
  return { shares, clamps, split, savedAmount: sumOf(shares.map(({ amount }) => amount)) };
}

function clampEach(tally: Tally, wanted: readonly LineShare[]) {
  const shares: LineShare[] = [];
  const clamps: Clamp[] = [];
  for (const { index, amount } of wanted) {
    if (amount <= 0n) continue;
    const given = minOf(amount, roomOf(tally, index));
    clamps.push(...clampsOf(tally, index, amount, given));
    if (given > 0n) shares.push({ index, amount: given });
  }
  return { shares, clamps, split: undefined };
}

/** What the floor kept; more than there is of a line is not wanted of it. */
function clampsOf(tally: Tally, index: number, wanted: bigint, givenAmount: bigint): Clamp[] {
  const wantedAmount = minOf(wanted, at(tally.left, index));
  if (givenAmount >= wantedAmount) return [];
  const floorAmount = floorOfLine(tally.lines[index] as PricedItem, at(tally.extraCosts, index));
  return [{ index, wantedAmount, givenAmount, floorAmount }];
}

/**
 * An amount off lines together: in proportion to their weights, by largest remainder. Made up, what a line cannot give for its floor the
 * others give, as far as they can: 10.00 off 36.00 and 18.00, of which the second can give 1.00, is 9.00 and 1.00.
 */
function spread(tally: Tally, { amount, over, isMadeUp }: NonNullable<Effect['spread']>) {
  const [only] = over;
  if (only && over.length === 1)
    return clampEach(tally, only.amount > 0n ? [{ index: only.index, amount }] : NONE);
  const weights = over.map((share) => share.amount);
  const wanted = amount > 0n ? splitOver(amount, weights) : over.map(() => 0n);
  const rooms = over.map(({ index }) => roomOf(tally, index));
  const given = wanted.map((share, i) => minOf(share, at(rooms, i)));
  if (isMadeUp) makeUp(given, amount - sumOf(given), weights, rooms);
  const clamps = over.flatMap(({ index }, i) => clampsOf(tally, index, at(wanted, i), at(given, i)));
  const shares = over.flatMap(({ index }, i) => (at(given, i) > 0n ? [{ index, amount: at(given, i) }] : []));
  return { shares, clamps, split: { amount, over, wanted } };
}

/** Spreads what was not given over those that have room, as often as it takes. */
function makeUp(
  given: bigint[],
  missing: bigint,
  weights: readonly bigint[],
  rooms: readonly bigint[],
): void {
  const hasRoom = (i: number) => at(given, i) < at(rooms, i) && at(weights, i) > 0n;
  let rest = missing;
  let open = given.map((_, i) => i).filter(hasRoom);
  // Each round gives at least one unit of money, because those that are open have weight and room.
  while (rest > 0n && open.length > 0) {
    const shares = splitOver(
      rest,
      open.map((i) => at(weights, i)),
    );
    for (const [k, i] of open.entries()) {
      const part = minOf(at(shares, k), at(rooms, i) - at(given, i));
      given[i] = at(given, i) + part;
      rest -= part;
    }
    open = open.filter(hasRoom);
  }
}

/** The lines that got a unit more than their exact share rounded down. */
export function remaindersOf({ split }: Action): number[] {
  if (!split) return [];
  const { amount, over, wanted } = split;
  const total = sumOf(over.map((share) => share.amount));
  if (total <= 0n || amount <= 0n) return [];
  return over.flatMap(({ index, amount: weight }, i) =>
    at(wanted, i) * total > amount * weight ? [index] : [],
  );
}

// Of lines that cost nothing nothing can come off, whatever is split over them.
const splitOver = (amount: bigint, weights: readonly bigint[]): bigint[] =>
  weights.every((weight) => weight <= 0n)
    ? weights.map(() => 0n)
    : splitByLargestRemainder(
        amount,
        weights.map((weight) => maxOf(0n, weight)),
      );

/** Gifts: there are enough of them, and the lines that earn them bear what they cost. */
function giveAway(tally: Tally, lines: readonly number[], gifts: readonly Pieces[]): Did | RejectionReason {
  let [cost, value] = [0n, 0n];
  for (const { productId, quantity } of gifts) {
    const product = tally.facts.gifts.get(productId);
    const promised = tally.actions.flatMap((action) =>
      action.gifts.filter((other) => other.productId === productId),
    );
    const units = promised.reduce((sum, other) => sum + other.quantity, quantity);
    if (!product || product.availableQuantity < units) return 'gift_not_available';
    cost += (product.costAmount ?? 0n) * BigInt(quantity);
    value += product.priceAmount * BigInt(quantity);
  }
  const costs = bearCost(tally, lines, cost);
  if (!costs) return 'below_floor';
  return { gifts, giftCostAmount: cost, costs, savedAmount: value };
}

/** More points: what the additional ones cost is borne by the lines that earn them. */
function multiplyPoints(
  tally: Tally,
  lines: readonly number[],
  multiplierBps: number,
): Did | RejectionReason {
  const rate = Math.round((tally.facts.pointsCostBps * (multiplierBps - 10_000)) / 10_000);
  const costs = lines.map((index) => ({ index, amount: shareOf(at(tally.left, index), rate) }));
  const fits = costs.every(({ index, amount }) => amount === 0n || canBear(tally, index, amount));
  if (!fits) return 'below_floor';
  return {
    costs: costs.filter(({ amount }) => amount > 0n),
    pointsMultiplierBps: multiplierBps,
    savedAmount: 0n,
  };
}

const canBear = (tally: Tally, index: number, cost: bigint): boolean => {
  const line = tally.lines[index] as PricedItem;
  return at(tally.left, index) >= floorOfLine(line, at(tally.extraCosts, index) + cost);
};

/** Splits a cost over lines by what each can give before its floor; undefined when together they cannot bear it. */
function bearCost(tally: Tally, lines: readonly number[], cost: bigint): LineShare[] | undefined {
  if (cost === 0n) return [];
  // A minimum price above cost and margin bears some of it: only what a line costs the shop counts.
  const rooms = lines.map((index) => {
    const { costFloorAmount, marginBps } = tally.lines[index] as PricedItem;
    const before = costFloorAmount + withMargin(at(tally.extraCosts, index), Math.max(0, marginBps));
    return maxOf(0n, at(tally.left, index) - before);
  });
  if (rooms.every((room) => room === 0n)) return undefined;
  const shares = splitByLargestRemainder(cost, rooms);
  const costs = lines.flatMap((index, i) => (at(shares, i) > 0n ? [{ index, amount: at(shares, i) }] : []));
  return costs.every(({ index, amount }) => canBear(tally, index, amount)) ? costs : undefined;
}

/** Does what was considered. */
export function perform(tally: Tally, action: Action): void {
  const isPrice = action.offer.seat.stackingClass === 'product';
  for (const { index, amount } of action.shares) {
    tally.left[index] = at(tally.left, index) - amount;
    if (isPrice) tally.current[index] = at(tally.current, index) - amount;
  }
  for (const { index, amount } of action.costs)
    tally.extraCosts[index] = at(tally.extraCosts, index) + amount;
  for (const index of action.lines) tally.seatsOf[index]?.push(action.offer.seat);
  tally.freightAmount -= action.freightAmount;
  tally.actions.push(action);
}

/** Takes back what was done last. */
export function undo(tally: Tally): void {
  const action = tally.actions.pop();
  if (!action) return;
  const isPrice = action.offer.seat.stackingClass === 'product';
  for (const { index, amount } of action.shares) {
    tally.left[index] = at(tally.left, index) + amount;
    if (isPrice) tally.current[index] = at(tally.current, index) + amount;
  }
  for (const { index, amount } of action.costs)
    tally.extraCosts[index] = at(tally.extraCosts, index) - amount;
  for (const index of action.lines) tally.seatsOf[index]?.pop();
  tally.freightAmount += action.freightAmount;
}

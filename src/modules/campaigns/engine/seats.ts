import { mechanicOf } from '../mechanics.ts';
import { ownLadder } from '../mechanics/own-ladder.ts';
import type { PricedItem } from './basket.ts';
import { findObstacle } from './conditions.ts';
import { type Campaign, type PricingFacts, STACKING_CLASSES, type StackingClass } from './facts.ts';
import type { Mechanic } from './mechanic.ts';
import type { RejectionReason } from './reasons.ts';
import { findConcerned, type Shelf } from './shelf.ts';

/** A campaign that sits at the table: it is for this buyer, and something in the basket concerns it. */
export interface Seat {
  /** Its place in the order of priority, then of id; the ladder of the products comes last. */
  readonly rank: number;
  /** Undefined for the ladder of the products, which no campaign runs. */
  readonly campaign: Campaign;
  readonly isLadder: boolean;
  readonly mechanic: Mechanic;
  readonly stackingClass: StackingClass;
  /** The lines that it concerns. */
  readonly covered: readonly number[];
  /** Those, and beside them the others that it acts on. */
  readonly lines: readonly number[];
  readonly combinesWith: readonly StackingClass[];
}

/** One thing that may be done: a campaign, on lines that go together. */
export interface Offer {
  readonly seat: Seat;
  readonly lines: readonly number[];
  /** In the order of application: class, grain, priority, id, line. */
  readonly order: readonly number[];
}

export interface Rejection {
  readonly campaign: Campaign;
  readonly reason: RejectionReason;
  /** The campaigns that stand in its way. */
  readonly withIds: readonly string[];
}

const LADDER_ID = '00000000-0000-0000-0000-000000000000';

/** Whether two may act on the same goods: each names the class of the other. */
export const combine = (a: Seat, b: Seat): boolean =>
  a === b || (a.combinesWith.includes(b.stackingClass) && b.combinesWith.includes(a.stackingClass));

/** Who sits at the table, and who of those whom the basket concerns does not, and why. Each campaign is looked at once. */
export function takeSeats(shelf: Shelf, lines: readonly PricedItem[], facts: PricingFacts) {
  const rejected: Rejection[] = [];
  const seated: { campaign: Campaign; lines: readonly number[] }[] = [];
  const concerned = findConcerned(
    shelf,
    lines.map(({ item }) => item),
  );
  for (const [at, concernedLines] of concerned) {
    const campaign = shelf.campaigns[at] as Campaign;
    const reason = findObstacle(campaign, facts) ?? missesMinimum(campaign, concernedLines, lines);
    if (reason) rejected.push({ campaign, reason, withIds: [] });
    else seated.push({ campaign, lines: concernedLines });
  }
  seated.sort((a, b) => compareCampaigns(a.campaign, b.campaign));
  const seats = seated.map(({ campaign, lines: own }, rank) => seatOf(campaign, rank, own, lines));
  const ladder = ladderSeat(lines, facts, seats.length);
  return { seats: ladder ? [...seats, ladder] : seats, rejected, concernedCount: concerned.size };
}

/** The order of campaigns, whatever order they come in: the higher priority first, then the smaller id. */
export const compareCampaigns = (a: Campaign, b: Campaign): number =>
  b.rule.priority - a.rule.priority || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** What can be said before anything is taken off. Amounts of later stages are looked at when their turn comes. */
function missesMinimum(
  { rule }: Campaign,
  own: readonly number[],
  lines: readonly PricedItem[],
): RejectionReason | undefined {
  if (rule.minimumQuantity !== null) {
    const units = own.reduce((sum, index) => sum + (lines[index]?.item.quantity ?? 0), 0);
    if (units < rule.minimumQuantity) return 'below_minimum_quantity';
  }
  if (rule.minimumAmount !== null) {
    // No later amount is more than list prices.
    const total = own.reduce((sum, index) => sum + (lines[index]?.listAmount ?? 0n), 0n);
    if (total < BigInt(rule.minimumAmount)) return 'below_minimum_amount';
  }
  return undefined;
}

function seatOf(
  campaign: Campaign,
  rank: number,
  own: readonly number[],
  lines: readonly PricedItem[],
): Seat {
  const { rule } = campaign;
  const mechanic = mechanicOf(rule.mechanic.type);
  const others = new Set(mechanic.otherProductIdsOf?.(rule.mechanic));
  const beside =
    others.size === 0 ? [] : lines.flatMap(({ index, item }) => (others.has(item.productId) ? [index] : []));
  return {
    rank,
    campaign,
    isLadder: false,
    mechanic,
    stackingClass: rule.stackingClass,
    covered: own,
    lines: beside.length === 0 ? own : [...new Set([...own, ...beside])].toSorted((a, b) => a - b),
    combinesWith: rule.combinesWith,
  };
}

function ladderSeat(lines: readonly PricedItem[], facts: PricingFacts, rank: number): Seat | undefined {
  const own = lines.flatMap(({ index, item }) => (item.priceBreaks.length > 0 ? [index] : []));
  if (own.length === 0) return undefined;
  return {
    rank,
    campaign: LADDER,
    isLadder: true,
    mechanic: ownLadder,
    stackingClass: 'product',
    covered: own,
    lines: own,
    combinesWith: facts.ladderCombinesWith,
  };
}

const LADDER = {
  id: LADDER_ID,
  version: 0,
  name: '',
  state: 'running',
  rule: { mechanic: { type: 'own_ladder' }, exclusiveGroup: null, minimumAmount: null },
} as unknown as Campaign;

const GRAINS = { line: 0, product: 1, scope: 2 } as const;

/** The offers of all seats in the order in which they are applied. */
export function findOffers(seats: readonly Seat[], lines: readonly PricedItem[]): Offer[] {
  const offers = seats.flatMap((seat): Offer[] => {
    const grain =
      seat.stackingClass === 'product' ? seat.mechanic.grainOf(seat.campaign.rule.mechanic) : 'scope';
    const stage = STACKING_CLASSES.indexOf(seat.stackingClass);
    return groupsOf(grain, seat.lines, lines).map((own) => ({
      seat,
      lines: own,
      order: [stage, GRAINS[grain], seat.rank, own[0] ?? 0],
    }));
  });
  return offers.toSorted((a, b) => compareOrders(a.order, b.order));
}

export function compareOrders(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const difference = (a[i] ?? -1) - (b[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function groupsOf(
  grain: keyof typeof GRAINS,
  own: readonly number[],
  lines: readonly PricedItem[],
): (readonly number[])[] {
  if (grain === 'scope') return [own];
  if (grain === 'line') return own.map((index) => [index]);
  const byProduct = new Map<string, number[]>();
  for (const index of own) {
    const id = lines[index]?.item.productId ?? '';
    const group = byProduct.get(id);
    if (group) group.push(index);
    else byProduct.set(id, [index]);
  }
  return [...byProduct.values()];
}

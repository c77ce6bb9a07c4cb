import { sumOf } from '../../../platform/money.ts';
import { priceItems } from './basket.ts';
import { entryLossOf } from './entry-losses.ts';
import type { BasketItem, FreightQuote, PricingFacts } from './facts.ts';
import type { Pieces } from './mechanic.ts';
import { findBest } from './search.ts';
import { findOffers, type Offer, type Rejection, type Seat, takeSeats } from './seats.ts';
import type { Shelf } from './shelf.ts';
import { type Action, consider, perform, startTally, type Tally } from './tally.ts';
import { type PricingTrace, traceOf } from './trace.ts';

/** What one campaign, or the ladder of a product, takes off a line. */
export interface LineDiscount {
  /** Null: the ladder of the product. */
  readonly campaignId: string | null;
  readonly amount: bigint;
  readonly rung?: { readonly minimumQuantity: number; readonly unitAmount: bigint };
}

/** What a campaign does for an order. Amounts are minor units. */
export interface CampaignEffect {
  readonly campaignId: string;
  readonly campaignVersion: number;
  readonly name: string;
  readonly discountAmount: bigint;
  readonly freightAmount: bigint;
  readonly gifts: readonly Pieces[];
  readonly giftCostAmount: bigint;
  readonly pointsMultiplierBps: number | null;
  /** Units of its own stock. */
  readonly units: readonly Pieces[];
}

/** What came of pricing a basket. */
export interface PricingOutcome {
  /** By line, in the order of application. */
  readonly discounts: readonly (readonly LineDiscount[])[];
  readonly effects: readonly CampaignEffect[];
  /** What comes off freight. */
  readonly freightDiscountAmount: bigint;
  /** All multipliers together, in basis points; 10,000 without one. */
  readonly pointsMultiplierBps: number;
  /** What entry items lose against their usual floor, by product. */
  readonly entryLosses: readonly { readonly productId: string; readonly amount: bigint }[];
  readonly trace: PricingTrace;
}

/**
 * Prices a basket: the one function behind quotes, orders and the dry run. From the basket, what is known of the buyer, the campaigns and
 * the moment, to what comes off each line, the gifts, the freight and why. The order of the campaigns does not matter.
 */
export function priceCampaigns(
  items: readonly BasketItem[],
  facts: PricingFacts,
  shelf: Shelf,
  freight: FreightQuote,
): PricingOutcome {
  const lines = priceItems(items, facts);
  const { seats, rejected, concernedCount } = takeSeats(shelf, lines, facts);
  const overspent: Rejection[] = [];
  let open: readonly Seat[] = seats;
  // A campaign of which less is left than it would give is out as a whole: half a promise is none. Each round takes one out.
  for (;;) {
    const tally = startTally(lines, facts);
    const offers = findOffers(open, lines);
    const found = findBest(tally, offers, freight);
    const over = findOverspent(found.actions, facts);
    if (over) {
      overspent.push({ campaign: over.campaign, reason: 'budget_spent', withIds: [] });
      open = open.filter((seat) => seat !== over);
      continue;
    }
    settleOn(tally, found.actions, freight);
    const others = explainOthers(tally, open, offers);
    const trace = traceOf(tally, found, [...rejected, ...overspent, ...others], {
      otherCount: shelf.campaigns.length - concernedCount,
    });
    return outcomeOf(tally, trace);
  }
}

/** The first campaign, in the order of application, that would give more than is left of its budget. */
function findOverspent(actions: readonly Action[], { left }: PricingFacts): Seat | undefined {
  const spent = new Map<Seat, bigint>();
  for (const { offer, shares, freightAmount, giftCostAmount } of actions) {
    const amount = sumOf(shares.map((share) => share.amount)) + freightAmount + giftCostAmount;
    spent.set(offer.seat, (spent.get(offer.seat) ?? 0n) + amount);
  }
  return [...spent].find(([{ campaign }, amount]) => {
    const { budgetAmount } = campaign.rule;
    if (budgetAmount === null || budgetAmount === undefined) return false;
    return amount > (left.get(campaign.id)?.budgetAmount ?? BigInt(budgetAmount));
  })?.[0];
}

function settleOn(tally: Tally, actions: readonly Action[], freight: FreightQuote): void {
  let isFreight = false;
  for (const action of actions) {
    if (action.offer.seat.stackingClass === 'freight' && !isFreight) {
      isFreight = true;
      tally.freightAmount = freight.amountFor(tally.left);
    }
    perform(tally, action);
  }
  if (!isFreight) tally.freightAmount = freight.amountFor(tally.left);
}

/** Why those that sit at the table and were not chosen do nothing, seen from what was chosen. */
function explainOthers(tally: Tally, seats: readonly Seat[], offers: readonly Offer[]): Rejection[] {
  const chosen = new Set(tally.actions.map(({ offer }) => offer.seat));
  const acting = [...chosen].filter(({ isLadder }) => !isLadder);
  const bySeat = new Map<Seat, Offer[]>(seats.map((seat) => [seat, []]));
  for (const offer of offers) bySeat.get(offer.seat)?.push(offer);
  return seats.flatMap((seat): Rejection[] => {
    if (chosen.has(seat) || seat.isLadder) return [];
    const answers = (bySeat.get(seat) ?? []).map((offer) => consider(tally, offer));
    const reason = answers.some((answer) => typeof answer !== 'string')
      ? 'better_without'
      : (answers.find((answer) => answer === 'does_not_combine') ?? answers[0]);
    if (typeof reason !== 'string') return [];
    const isBlocked = reason === 'does_not_combine' || reason === 'exclusive_group';
    return [{ campaign: seat.campaign, reason, withIds: isBlocked ? findInTheWay(tally, seat, acting) : [] }];
  });
}

function findInTheWay(tally: Tally, seat: Seat, acting: readonly Seat[]): string[] {
  const { exclusiveGroup } = seat.campaign.rule;
  const near = new Set<Seat>();
  for (const index of seat.lines) for (const other of tally.seatsOf[index] ?? []) near.add(other);
  return acting.flatMap((other) => {
    const isNear = seat.stackingClass === 'freight' || near.has(other);
    const isOfGroup = exclusiveGroup !== null && other.campaign.rule.exclusiveGroup === exclusiveGroup;
    return isNear || isOfGroup ? [other.campaign.id] : [];
  });
}

function outcomeOf(tally: Tally, trace: PricingTrace): PricingOutcome {
  const discounts = tally.lines.map((): LineDiscount[] => []);
  const effects = new Map<Seat, CampaignEffect>();
  for (const action of tally.actions) {
    const { seat } = action.offer;
    for (const { index, amount } of action.shares) {
      discounts[index]?.push({
        campaignId: seat.isLadder ? null : seat.campaign.id,
        amount,
        ...(action.rung && { rung: action.rung }),
      });
    }
    if (!seat.isLadder) effects.set(seat, addEffect(effects.get(seat), action));
  }
  const all = [...effects.values()];
  const multiplier = all.reduce(
    (product, { pointsMultiplierBps }) => (product * (pointsMultiplierBps ?? 10_000)) / 10_000,
    10_000,
  );
  return {
    discounts,
    effects: all,
    freightDiscountAmount: sumOf(all.map(({ freightAmount }) => freightAmount)),
    pointsMultiplierBps: Math.round(multiplier),
    entryLosses: entryLossesOf(tally),
    trace,
  };
}

function addEffect(before: CampaignEffect | undefined, action: Action): CampaignEffect {
  const { campaign } = action.offer.seat;
  return {
    campaignId: campaign.id,
    campaignVersion: campaign.version,
    name: campaign.name,
    discountAmount: (before?.discountAmount ?? 0n) + sumOf(action.shares.map(({ amount }) => amount)),
    freightAmount: (before?.freightAmount ?? 0n) + action.freightAmount,
    gifts: [...(before?.gifts ?? []), ...action.gifts],
    giftCostAmount: (before?.giftCostAmount ?? 0n) + action.giftCostAmount,
    pointsMultiplierBps: action.pointsMultiplierBps ?? before?.pointsMultiplierBps ?? null,
    units: [...(before?.units ?? []), ...action.taken],
  };
}

/** What entry items lose, by product. */
function entryLossesOf({ lines, left, facts }: Tally): { productId: string; amount: bigint }[] {
  const losses = new Map<string, bigint>();
  for (const { index, item } of lines) {
    if (!item.entry) continue;
    const loss = entryLossOf(item, left[index] ?? 0n, facts.minimumMarginBps);
    if (loss > 0n) losses.set(item.productId, (losses.get(item.productId) ?? 0n) + loss);
  }
  return [...losses].map(([productId, amount]) => ({ productId, amount }));
}

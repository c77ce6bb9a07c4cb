import { sumOf } from '../../../platform/money.ts';
import type { PricingFacts, StackingClass } from './facts.ts';
import { isUntold, reasonForCustomers, type RejectionReason } from './reasons.ts';
import type { Found } from './search.ts';
import { compareCampaigns, type Rejection } from './seats.ts';
import { type Action, remaindersOf, type Tally } from './tally.ts';

// Stored with the order as it is: plain values, amounts as numbers, because JSON has no bigint.

export interface TracedShare {
  /** The place of the line in the basket. */
  readonly line: number;
  readonly amount: number;
}

/** What was applied, in this order. */
export interface TracedOffer {
  /** Null: the ladder of a product. */
  readonly campaignId: string | null;
  readonly campaignVersion: number;
  readonly name: string;
  readonly mechanic: string;
  readonly stackingClass: StackingClass;
  readonly discountAmount: number;
  readonly freightAmount: number;
  readonly lines: readonly TracedShare[];
  readonly gifts: readonly { readonly productId: string; readonly quantity: number }[];
  readonly pointsMultiplierBps: number | null;
  /** Lines that got one unit of money more than their exact share, rounded down: the largest remainders. */
  readonly remainderLines: readonly number[];
}

export interface TracedRejection {
  readonly campaignId: string;
  readonly campaignVersion: number;
  readonly name: string;
  readonly reason: RejectionReason;
  /** The campaigns that stand in its way. */
  readonly withCampaignIds: readonly string[];
  /** It is not for buyers to know of. */
  readonly isHidden?: true;
}

/** Where the margin guard took something back. Staff only: it says what goods cost the shop. */
export interface TracedClamp {
  readonly campaignId: string | null;
  readonly line: number;
  readonly wantedAmount: number;
  readonly givenAmount: number;
  readonly floorAmount: number;
}

/** How a price came about. */
export interface PricingTrace {
  /** `exact`: all legal sets were compared. `heuristic`: there were too many. */
  readonly method: 'exact' | 'heuristic';
  readonly candidateCount: number;
  readonly applied: readonly TracedOffer[];
  readonly rejected: readonly TracedRejection[];
  readonly clamps: readonly TracedClamp[];
  /** Campaigns that concern none of the goods. */
  readonly otherCount: number;
}

export function traceOf(
  tally: Tally,
  found: Found,
  rejected: readonly Rejection[],
  { otherCount }: { readonly otherCount: number },
): PricingTrace {
  return {
    method: found.method,
    candidateCount: found.candidateCount,
    applied: tally.actions.map(tracedOffer),
    rejected: rejected
      .toSorted((a, b) => compareCampaigns(a.campaign, b.campaign))
      .map((rejection) => tracedRejection(rejection, tally)),
    clamps: tally.actions.flatMap(({ offer, clamps }) =>
      clamps.map(({ index, wantedAmount, givenAmount, floorAmount }) => ({
        campaignId: offer.seat.isLadder ? null : offer.seat.campaign.id,
        line: index,
        wantedAmount: Number(wantedAmount),
        givenAmount: Number(givenAmount),
        floorAmount: Number(floorAmount),
      })),
    ),
    otherCount,
  };
}

const tracedRejection = (rejection: Rejection, { facts }: Tally): TracedRejection => ({
  campaignId: rejection.campaign.id,
  campaignVersion: rejection.campaign.version,
  name: rejection.campaign.name,
  reason: rejection.reason,
  withCampaignIds: rejection.withIds,
  ...(isHidden(rejection, facts) && { isHidden: true }),
});

/** What is for members of segments or tiers is not told to a guest either. */
function isHidden({ campaign, reason }: Rejection, { openedByCoupon }: PricingFacts): boolean {
  if (openedByCoupon.has(campaign.id)) return false;
  const { segmentIds, tierKeys } = campaign.rule;
  return isUntold(reason) || (reason === 'customer_required' && segmentIds.length + tierKeys.length > 0);
}

function tracedOffer(action: Action): TracedOffer {
  const { campaign, isLadder, mechanic, stackingClass } = action.offer.seat;
  const discount = sumOf(action.shares.map(({ amount }) => amount));
  return {
    campaignId: isLadder ? null : campaign.id,
    campaignVersion: campaign.version,
    name: campaign.name,
    mechanic: mechanic.type,
    stackingClass,
    discountAmount: Number(discount),
    freightAmount: Number(action.freightAmount),
    lines: action.shares.map(({ index, amount }) => ({ line: index, amount: Number(amount) })),
    gifts: action.gifts,
    pointsMultiplierBps: action.pointsMultiplierBps ?? null,
    remainderLines: remaindersOf(action),
  };
}

/** The campaigns that do nothing, as buyers are told: without those that are not for them to know of. */
export const tellRejections = ({ rejected }: Pick<PricingTrace, 'rejected'>): TracedRejection[] =>
  rejected.filter((one) => !one.isHidden).map((one) => ({ ...one, reason: reasonForCustomers(one.reason) }));

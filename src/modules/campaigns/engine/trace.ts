import { sumOf } from '../../../platform/money.ts';
import type { StackingClass } from './facts.ts';
import type { RejectionReason } from './reasons.ts';
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
      .map(({ campaign, reason, withIds }) => ({
        campaignId: campaign.id,
        campaignVersion: campaign.version,
        name: campaign.name,
        reason,
        withCampaignIds: withIds,
      })),
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

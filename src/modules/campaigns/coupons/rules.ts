import { DAY_MS, after } from '../../../platform/time.ts';
import type { CampaignState } from '../states.ts';
import type { CouponDefinitionState, CouponState } from './states.ts';

/** More codes than this in one order are one too many. */
export const MAX_CODES = 10;

/** Why a code does nothing for an order. Closed: texts for each are the front end's. Whether its campaign then acts says the trace. */
export const COUPON_REASONS = [
  'unknown_code',
  'named_twice',
  'same_campaign',
  'too_many_codes',
  'revoked',
  'not_yet_valid',
  'expired',
  'definition_paused',
  'definition_archived',
  'campaign_draft',
  'campaign_paused',
  'campaign_not_started',
  'campaign_ended',
  'channel_not_included',
  'customer_required',
  'other_customer',
  'code_used_up',
  'code_held',
  'customer_limit_reached',
  'period_limit_reached',
  'pays_instead',
] as const;
export type CouponReason = (typeof COUPON_REASONS)[number];

/** Everything that decides whether a code can be used. */
export interface CouponFacts {
  readonly state: CouponState;
  readonly kind: 'discount' | 'value';
  readonly customerId: string | null;
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
  readonly usesLimit: number | null;
  readonly held: number;
  readonly used: number;
  readonly definitionState: CouponDefinitionState;
  readonly customerLimit: number | null;
  readonly customerUses: number;
  readonly periodLimit: number | null;
  readonly periodUses: number;
  /** Null of a value. */
  readonly campaign: {
    readonly state: CampaignState;
    readonly startsAt: Date | null;
    readonly endsAt: Date | null;
    readonly channels: readonly string[];
  } | null;
}

/** Who wants to use a code, where and when. */
export interface CouponBuyer {
  readonly customerId: string | null;
  /** Any, when nobody has said it. */
  readonly channel: string | null;
  readonly now: Date;
}

/** Why a code cannot be used by a buyer; undefined when it can. */
export function findCouponObstacle(facts: CouponFacts, buyer: CouponBuyer): CouponReason | undefined {
  return (
    whoseOf(facts, buyer) ??
    whenOf(facts, buyer.now) ??
    campaignOf(facts, buyer) ??
    usesOf(facts) ??
    limitsOf(facts, buyer) ??
    (facts.kind === 'value' ? 'pays_instead' : undefined)
  );
}

// First: who gives somebody else's code learns no more of it.
function whoseOf({ customerId }: CouponFacts, buyer: CouponBuyer): CouponReason | undefined {
  if (customerId === null || customerId === buyer.customerId) return undefined;
  return buyer.customerId === null ? 'customer_required' : 'other_customer';
}

function whenOf(facts: CouponFacts, now: Date): CouponReason | undefined {
  const { state, validFrom, validUntil, definitionState } = facts;
  if (state === 'revoked') return 'revoked';
  if (validFrom !== null && now < validFrom) return 'not_yet_valid';
  // What was used up before its end was used, and has not expired.
  if (state === 'expired' || (validUntil !== null && now >= validUntil && !isUsedUp(facts))) return 'expired';
  if (definitionState === 'paused') return 'definition_paused';
  return definitionState === 'archived' ? 'definition_archived' : undefined;
}

// The dates decide and not the state: a campaign that a sweep has not started yet runs from its time on.
function campaignOf({ campaign }: CouponFacts, { now, channel }: CouponBuyer): CouponReason | undefined {
  if (!campaign) return undefined;
  if (campaign.state === 'draft') return 'campaign_draft';
  if (campaign.state === 'ended' || (campaign.endsAt !== null && now >= campaign.endsAt))
    return 'campaign_ended';
  if (campaign.state === 'paused') return 'campaign_paused';
  if (campaign.startsAt !== null && now < campaign.startsAt) return 'campaign_not_started';
  const isElsewhere =
    channel !== null && campaign.channels.length > 0 && !campaign.channels.includes(channel);
  return isElsewhere ? 'channel_not_included' : undefined;
}

const isUsedUp = ({ usesLimit, used }: CouponFacts): boolean => usesLimit !== null && used >= usesLimit;

function usesOf(facts: CouponFacts): CouponReason | undefined {
  const { usesLimit, held, used } = facts;
  if (isUsedUp(facts)) return 'code_used_up';
  // An order that is not paid lapses, and then it is there again.
  return usesLimit !== null && held + used >= usesLimit ? 'code_held' : undefined;
}

function limitsOf(facts: CouponFacts, { customerId }: CouponBuyer): CouponReason | undefined {
  const { customerLimit, periodLimit } = facts;
  if (customerLimit === null && periodLimit === null) return undefined;
  if (customerId === null) return 'customer_required';
  if (customerLimit !== null && facts.customerUses >= customerLimit) return 'customer_limit_reached';
  return periodLimit !== null && facts.periodUses >= periodLimit ? 'period_limit_reached' : undefined;
}

interface Validity {
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
  readonly validDays: number | null;
}

/** From when and until when a code can be used that is issued now: as its definition says, or so many days from now. */
export const validityAt = ({ validFrom, validUntil, validDays }: Validity, now: Date) => ({
  validFrom,
  validUntil: validDays === null ? validUntil : after(now, validDays * DAY_MS),
});

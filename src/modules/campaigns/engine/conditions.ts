import { isOnDay } from '../recurrence-rules.ts';
import type { Campaign, PricingFacts } from './facts.ts';
import type { RejectionReason } from './reasons.ts';

/**
 * Why a campaign is not for this buyer at this moment, whatever is in the basket; undefined when it is. The dates decide and not the
 * state: a campaign that a sweep has not started yet runs from its time on, and one that it has not ended is over.
 */
export function findObstacle(campaign: Campaign, facts: PricingFacts): RejectionReason | undefined {
  return whenOf(campaign, facts) ?? whomOf(campaign, facts) ?? limitOf(campaign, facts);
}

type PlaceAndTime = Pick<PricingFacts, 'now' | 'timezone' | 'channel' | 'country'>;

/** Why it does not run at this moment or on this channel; undefined when it does. */
export const findOpenReason = (campaign: Campaign, facts: PlaceAndTime): RejectionReason | undefined => {
  const reason = whenOf(campaign, facts);
  return reason === 'country_not_included' ? undefined : reason;
};

function whenOf(
  { state, rule }: Campaign,
  { now, timezone, channel, country }: PlaceAndTime,
): RejectionReason | undefined {
  if (state === 'draft' || state === 'paused' || state === 'ended') return state;
  if (rule.startsAt !== null && now.getTime() < Date.parse(rule.startsAt)) return 'not_started';
  if (rule.endsAt !== null && now.getTime() >= Date.parse(rule.endsAt)) return 'ended';
  if (rule.recurrence && !isOnDay(rule.recurrence, timezone, now)) return 'not_on_this_day';
  if (rule.channels.length > 0 && !rule.channels.includes(channel)) return 'channel_not_included';
  if (rule.countries.length > 0 && (country === null || !rule.countries.includes(country)))
    return 'country_not_included';
  return undefined;
}

function whomOf(
  { id, rule }: Campaign,
  { buyer, openedByCoupon }: PricingFacts,
): RejectionReason | undefined {
  if (rule.isCouponRequired && !openedByCoupon.has(id)) return 'coupon_required';
  const isPersonal = rule.usesPerCustomerLimit !== null || rule.periodLimit !== null || rule.isFirstOrderOnly;
  const hasUnitLimit =
    rule.mechanic.type === 'flash_sale' &&
    rule.mechanic.items.some((item) => item.perCustomerLimit !== undefined);
  if (!buyer && (isPersonal || hasUnitLimit)) return 'customer_required';
  const isIn = (ids: readonly string[]) => ids.some((segmentId) => buyer?.segmentIds.has(segmentId));
  if (rule.segmentIds.length > 0 && !isIn(rule.segmentIds))
    return buyer ? 'segment_required' : 'customer_required';
  if (rule.tierKeys.length > 0 && !isOfTier(rule, buyer))
    return buyer ? 'tier_required' : 'customer_required';
  if (isIn(rule.excludedSegmentIds)) return 'segment_excluded';
  if (rule.isFirstOrderOnly && buyer?.hasOrdered) return 'first_order_only';
  return undefined;
}

/** Whether somebody is a member in one of the tiers that a campaign is for. */
export const isOfTier = ({ tierKeys }: Campaign['rule'], buyer: PricingFacts['buyer']): boolean =>
  buyer !== null && buyer.tierKey !== null && tierKeys.includes(buyer.tierKey);

function limitOf({ id, rule }: Campaign, { left }: PricingFacts): RejectionReason | undefined {
  const of = left.get(id);
  if (rule.usesLimit !== null && of?.uses !== undefined && of.uses !== null && of.uses <= 0)
    return 'limit_reached';
  if (rule.usesPerCustomerLimit !== null && (of?.customerUses ?? 1) <= 0) return 'customer_limit_reached';
  if (rule.periodLimit !== null && (of?.periodUses ?? 1) <= 0) return 'period_limit_reached';
  if (rule.budgetAmount !== null && (of?.budgetAmount ?? 1n) <= 0n) return 'budget_spent';
  return undefined;
}

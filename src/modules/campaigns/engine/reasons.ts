/** Why a campaign does nothing for a basket. Closed: texts for each are the front end's. */
export const REJECTION_REASONS = [
  'draft',
  'paused',
  'ended',
  'not_started',
  'not_on_this_day',
  'channel_not_included',
  'country_not_included',
  'customer_required',
  'segment_required',
  'segment_excluded',
  'tier_required',
  'first_order_only',
  'coupon_required',
  'no_matching_item',
  'below_minimum_amount',
  'below_minimum_quantity',
  'limit_reached',
  'customer_limit_reached',
  'period_limit_reached',
  'budget_spent',
  'sold_out',
  'gift_not_available',
  'nothing_to_take_off',
  'below_floor',
  'exclusive_group',
  'does_not_combine',
  'better_without',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/**
 * Reasons by which a campaign is nothing that buyers hear of: not running, not sold here, or for people who know of it. Whoever has a code
 * knows the campaign that it opens.
 */
const UNTOLD: ReadonlySet<RejectionReason> = new Set([
  'draft',
  'paused',
  'ended',
  'not_started',
  'not_on_this_day',
  'channel_not_included',
  'segment_required',
  'segment_excluded',
  'tier_required',
  'coupon_required',
]);
export const isUntold = (reason: RejectionReason): boolean => UNTOLD.has(reason);

/** What a customer is told instead of a reason that says what the shop earns. */
export const reasonForCustomers = (reason: RejectionReason): RejectionReason =>
  reason === 'below_floor' ? 'nothing_to_take_off' : reason;

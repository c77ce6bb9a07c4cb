/** What points are given for. */
export const LOT_SOURCES = [
  'staff',
  'sign_up',
  'order',
  'review',
  'birthday',
  'referral',
  'activity',
] as const;
export type LotSource = (typeof LOT_SOURCES)[number];

/** What else a member does that points can be given for. */
export const AWARD_REASONS = ['review', 'referral'] as const satisfies readonly LotSource[];
export type AwardReason = (typeof AWARD_REASONS)[number];

/** What happens to the points of a lot. What came in is counted up, what left is counted down. */
export const MOVEMENT_KINDS = [
  'granted',
  'expired',
  'lapsed',
  'taken_back',
  'withdrawn',
  'repaid',
  'spent',
  'given_back',
  'merged_in',
  'merged_out',
] as const;
export type MovementKind = (typeof MOVEMENT_KINDS)[number];

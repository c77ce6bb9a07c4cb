import { HOUR_MS } from '../../../platform/time.ts';
import type { CampaignRule } from '../rule-schemas.ts';

/** A tier, and how many hours before others its members hear of campaigns. */
export interface NoticedTier {
  readonly key: string;
  readonly earlyNoticeHours: number;
}

/** From when on the members of a tier hear of what starts at a moment. */
export const noticeAtOf = (startsAt: Date, { earlyNoticeHours }: NoticedTier): Date =>
  new Date(startsAt.getTime() - earlyNoticeHours * HOUR_MS);

/**
 * Which tiers hear now of a campaign that starts at a moment, and when the next does. What takes a code, or is for members of segments,
 * is told to no tier as a whole; what is for some tiers to those alone. Nobody hears of it early once it has started.
 */
export function decideNotices(
  {
    tierKeys,
    segmentIds,
    isCouponRequired,
  }: Pick<CampaignRule, 'tierKeys' | 'segmentIds' | 'isCouponRequired'>,
  tiers: readonly NoticedTier[],
  startsAt: Date,
  now: Date,
): { readonly heard: readonly string[]; readonly nextAt: Date | null } {
  if (isCouponRequired || segmentIds.length > 0 || startsAt <= now) return { heard: [], nextAt: null };
  const told = tiers.filter(
    ({ key, earlyNoticeHours }) => earlyNoticeHours > 0 && (tierKeys.length === 0 || tierKeys.includes(key)),
  );
  const times = told.map((tier) => ({ key: tier.key, at: noticeAtOf(startsAt, tier) }));
  const ahead = times.filter(({ at }) => at > now).map(({ at }) => at.getTime());
  return {
    heard: times.filter(({ at }) => at <= now).map(({ key }) => key),
    nextAt: ahead.length === 0 ? null : new Date(Math.min(...ahead)),
  };
}

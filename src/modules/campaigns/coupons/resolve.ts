import type { Reader } from '../../../platform/db/client.ts';
import type { Shop } from '../../../platform/shops/shop.ts';
import { meantCodes } from './code-rules.ts';
import { couponErrors } from './errors.ts';
import { findCodes, type FoundCoupon } from './resolve-repository.ts';
import { type CouponReason, findCouponObstacle, MAX_CODES } from './rules.ts';

/** A code that opens a campaign for a buyer now. */
export interface ResolvedCoupon {
  /** As it was given. */
  readonly spelling: string;
  readonly couponId: string;
  readonly definitionId: string;
  readonly campaignId: string;
  readonly customerId: string | null;
  readonly validUntil: Date | null;
  readonly customerLimit: number | null;
  readonly periodLimit: number | null;
  /** The period that a use counts in; null where there is no limit by period. */
  readonly period: string | null;
  readonly reason?: undefined;
}

/** A code that does nothing, and why. */
export interface RefusedCoupon {
  readonly spelling: string;
  readonly reason: CouponReason;
  readonly couponId?: undefined;
}
export type CouponOutcome = ResolvedCoupon | RefusedCoupon;

export interface CodesInput {
  readonly codes: readonly string[];
  /** Null: nobody who is known. */
  readonly customerId: string | null;
  /** Null: none in particular. */
  readonly channel: string | null;
  readonly now: Date;
}

export const isResolved = (outcome: CouponOutcome): outcome is ResolvedCoupon => outcome.reason === undefined;

/**
 * What codes do for a buyer now, in their order: each opens a campaign, or says why not. Nothing is held: of two who were told the
 * same, `requireCoupons` lets one have it.
 */
export async function resolveCoupons(
  on: Reader,
  shop: Pick<Shop, 'id' | 'timezone'>,
  { codes, customerId, channel, now }: CodesInput,
): Promise<CouponOutcome[]> {
  const meant = codes.map(meantCodes);
  const found = await findCodes(on, shop, [...new Set(meant.slice(0, MAX_CODES).flat())], customerId, now);
  const [campaigns, named] = [new Set<string>(), new Set<string>()];
  return codes.map((spelling, index): CouponOutcome => {
    const own = meant[index] ?? [];
    const coupon = own.map((code) => found.get(code)).find((known) => known !== undefined);
    const name = coupon?.id ?? own[0];
    const isTwice = name !== undefined && named.has(name);
    if (name !== undefined) named.add(name);
    const reason = isTwice
      ? 'named_twice'
      : index >= MAX_CODES
        ? 'too_many_codes'
        : coupon
          ? findCouponObstacle(coupon, { customerId, channel, now })
          : 'unknown_code';
    if (reason !== undefined || !coupon) return { spelling, reason: reason ?? 'unknown_code' };
    // An order has a campaign once: the second code of it would be used up for nothing.
    const { campaignId } = coupon;
    if (campaignId === null || campaigns.has(campaignId)) return { spelling, reason: 'same_campaign' };
    campaigns.add(campaignId);
    return resolvedOf(spelling, campaignId, coupon);
  });
}

const resolvedOf = (spelling: string, campaignId: string, coupon: FoundCoupon): ResolvedCoupon => ({
  spelling,
  couponId: coupon.id,
  definitionId: coupon.definitionId,
  campaignId,
  customerId: coupon.customerId,
  validUntil: coupon.validUntil,
  customerLimit: coupon.customerLimit,
  periodLimit: coupon.periodLimit,
  period: coupon.period,
});

/** How many of these codes nobody has: who gives many of them is guessing. */
export const countGuesses = (outcomes: readonly { readonly reason?: CouponReason | undefined }[]): number =>
  outcomes.filter(({ reason }) => reason === 'unknown_code').length;

/** The refusal of codes that cannot be used, each at its place; undefined when all of them can. Code: coupons_refused. */
export function findCouponsRefusal(outcomes: readonly CouponOutcome[], pointer: string) {
  const refused = outcomes.flatMap((outcome, index) =>
    isResolved(outcome) ? [] : [{ code: outcome.spelling, reason: outcome.reason, index }],
  );
  if (refused.length === 0) return undefined;
  return couponErrors.coupons_refused(undefined, {
    extra: { refusedCoupons: refused.map(({ code, reason }) => ({ code, reason })) },
    violations: refused.map(({ reason, index }) => ({
      in: 'body',
      pointer: `${pointer}/${index}`,
      code: 'coupons_refused',
      detail: `The code cannot be used: ${reason}.`,
    })),
  });
}

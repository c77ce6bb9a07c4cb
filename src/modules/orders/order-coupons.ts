import type { Ctx } from '../../platform/context.ts';
import type { Problem } from '../../platform/errors.ts';
import { couponErrors } from '../campaigns/coupons/errors.ts';
import {
  type CouponOutcome,
  findCouponsRefusal,
  isResolved,
  type ResolvedCoupon,
  resolveCoupons,
} from '../campaigns/coupons/resolve.ts';
import { tellRejections } from '../campaigns/engine/trace.ts';
import type { Basket } from './basket.ts';
import { orderErrors } from './errors.ts';
import { presentRejections } from './rejection-schemas.ts';

/** What codes do for a buyer; nothing is asked without one. */
export const readCoupons = async (
  { db, shop, now }: Ctx,
  codes: readonly string[] | undefined,
  customerId: string | null,
  channel: string,
): Promise<CouponOutcome[]> =>
  codes === undefined || codes.length === 0
    ? []
    : resolveCoupons(db, shop, { codes, customerId, channel, now });

/** The campaigns that coupons open, each by which one. */
export const openedBy = (coupons: readonly ResolvedCoupon[]): ReadonlyMap<string, string> =>
  new Map(coupons.map(({ campaignId, couponId }) => [campaignId, couponId]));

const isApplied = ({ campaigns }: Pick<Basket, 'campaigns'>, { campaignId }: ResolvedCoupon): boolean =>
  campaigns.outcome.effects.some((effect) => effect.campaignId === campaignId);

/** The coupons that did something for a basket: an order takes no other. */
export const appliedOf = (
  basket: Pick<Basket, 'campaigns'>,
  coupons: readonly ResolvedCoupon[],
): ResolvedCoupon[] => coupons.filter((coupon) => isApplied(basket, coupon));

/** The coupons of an order. A code that cannot be used refuses it: who gave it would miss it. Refusal: coupons_refused. */
export async function requireUsable(
  ctx: Ctx,
  codes: readonly string[] | undefined,
  customerId: string | null,
  channel: string,
): Promise<readonly ResolvedCoupon[]> {
  const outcomes = await readCoupons(ctx, codes, customerId, channel);
  const refusal = findCouponsRefusal(outcomes, '/couponCodes');
  if (refusal) throw refusal;
  return outcomes.filter(isResolved);
}

/** Refuses an order with a code whose campaign does nothing for it. Refusal: coupon_not_applied. */
export function refuseIdle(basket: Basket, coupons: readonly ResolvedCoupon[]): void {
  const rejected = tellRejections(basket.campaigns.outcome.trace);
  const idle = coupons.flatMap((coupon, index) => (isApplied(basket, coupon) ? [] : [{ coupon, index }]));
  if (idle.length === 0) return;
  const told = idle.flatMap(({ coupon }) =>
    rejected.filter(({ campaignId }) => campaignId === coupon.campaignId),
  );
  throw orderErrors.coupon_not_applied(undefined, {
    extra: {
      campaignsNotApplied: presentRejections(told),
    },
    violations: idle.map(({ index, coupon }) => ({
      in: 'body',
      pointer: `/couponCodes/${index}`,
      code: 'coupon_not_applied',
      detail: `The code ${coupon.spelling} opens a campaign that does nothing for this basket.`,
    })),
  });
}

/** How many of the codes of a refused order nobody has: who gives many of them is guessing. */
export function countUnknown({ extra }: Problem): number {
  const refused = extra['refusedCoupons'] as readonly { readonly reason: string }[] | undefined;
  return (refused ?? []).filter(({ reason }) => reason === 'unknown_code').length;
}

export const couponRefusals = [couponErrors.coupons_refused, orderErrors.coupon_not_applied];

import { type TProperties, Type } from '@sinclair/typebox';
import { model, nullableRef, nullableUuid, ref, text, uuid } from '../../platform/http/schema.ts';
import { couponCode } from '../campaigns/coupons/check-schemas.ts';
import { MAX_SPELLING } from '../campaigns/coupons/code-rules.ts';
import { CouponReasonName } from '../campaigns/coupons/reason-schemas.ts';
import type { CouponOutcome } from '../campaigns/coupons/resolve.ts';
import { MAX_CODES } from '../campaigns/coupons/rules.ts';
import { reasonForCustomers } from '../campaigns/engine/reasons.ts';
import type { PricingTrace } from '../campaigns/engine/trace.ts';
import { RejectionReasonName } from './rejection-schemas.ts';

export const MAX_LINES = 500;
export const quantity = () => Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Units.' });
export const linesOf = <T extends TProperties>(item: ReturnType<typeof model<T>>) =>
  Type.Array(ref(item), {
    minItems: 1,
    maxItems: MAX_LINES,
    description: 'The lines. A product may be named more than once.',
  });

const BasketLineModel = model('BasketLine', 'A product and how many of it.', {
  productId: uuid('The product.'),
  quantity: quantity(),
  logoRequestId: Type.Optional(
    uuid('The request for a logo of the customer, that was accepted: the goods are made with it.'),
  ),
});

/** The lines of a basket. */
export const basketLines = () => linesOf(BasketLineModel);

export const channelField = {
  channel: Type.String({
    pattern: '^[a-z0-9][a-z0-9_-]{0,39}$',
    default: 'web',
    description: 'Where the order will be placed: campaigns may be for some channels only.',
  }),
};

export const couponCodesField = {
  couponCodes: Type.Optional(
    Type.Array(couponCode('A code, however it is written.'), {
      maxItems: MAX_CODES,
      description: 'Codes of coupons that open campaigns.',
    }),
  ),
};

const QuotedCoupon = model('QuotedCoupon', 'What a code does for a basket.', {
  code: text('The code, as it was given.', MAX_SPELLING, 0),
  isApplied: Type.Boolean({
    description: 'Whether the campaign that it opens does something for this basket.',
  }),
  couponId: nullableUuid('The coupon; null of a code that cannot be used.'),
  campaignId: nullableUuid('The campaign that it opens; null of a code that cannot be used.'),
  reason: nullableRef(CouponReasonName, 'Why it cannot be used; null when it can.'),
  campaignReason: nullableRef(
    RejectionReasonName,
    'Why its campaign does nothing for this basket; null when it does.',
  ),
});
export const quotedCoupons = Type.Array(ref(QuotedCoupon), {
  description: 'What each code does, in the order of the request.',
});

/** What codes do for a basket, as it goes out. */
export const presentCoupons = (outcomes: readonly CouponOutcome[], trace: PricingTrace) =>
  outcomes.map((outcome) => {
    const of = outcome.reason === undefined ? outcome : undefined;
    const rejected = of && trace.rejected.find(({ campaignId }) => campaignId === of.campaignId);
    return {
      code: outcome.spelling,
      isApplied: of !== undefined && trace.applied.some(({ campaignId }) => campaignId === of.campaignId),
      couponId: of?.couponId ?? null,
      campaignId: of?.campaignId ?? null,
      reason: outcome.reason ?? null,
      // A campaign of which none of the goods is anything is not among those that were looked at.
      campaignReason: rejected
        ? reasonForCustomers(rejected.reason)
        : of && !trace.applied.some(({ campaignId }) => campaignId === of.campaignId)
          ? ('no_matching_item' as const)
          : null,
    };
  });

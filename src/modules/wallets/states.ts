import { defineStates } from '../../platform/states.ts';

/**
 * A promise of a coupon. It is held while the payment is on its way that it is to pay a part of, and used once that has arrived;
 * when that goes back, it is there again. One is revoked only with the person it was promised to.
 */
export const couponPromiseStates = defineStates(
  {
    issued: ['held', 'expired', 'revoked'],
    held: ['used', 'issued'],
    used: ['issued'],
    expired: [],
    revoked: [],
  },
  ['used'],
);

export type CouponPromiseState = (typeof couponPromiseStates.names)[number];

import { defineStates } from '../../platform/states.ts';

/**
 * A promise of a coupon. It is used once; what it was used for may end unpaid, and then it is there again. One is revoked only
 * with the person it was promised to.
 */
export const couponPromiseStates = defineStates(
  {
    issued: ['used', 'expired', 'revoked'],
    used: ['issued'],
    expired: [],
    revoked: [],
  },
  ['used'],
);

export type CouponPromiseState = (typeof couponPromiseStates.names)[number];

import { defineStates } from '../../../platform/states.ts';

/** A definition. While it is paused its codes are refused; archived it issues no codes, and those that there are end with it. */
export const couponDefinitionStates = defineStates({
  active: ['paused', 'archived'],
  paused: ['active', 'archived'],
  archived: [],
});
export type CouponDefinitionState = (typeof couponDefinitionStates.names)[number];

/** A code. Only one that belongs to somebody expires by an event; of any other its end alone says so. What comes back has its time again. */
export const couponStates = defineStates({
  active: ['revoked', 'expired'],
  revoked: [],
  expired: [],
});
export type CouponState = (typeof couponStates.names)[number];

/** What an order has of a code: held while it is unpaid, used when it is paid, given back when it is cancelled or lapses. */
export const couponUseStates = defineStates(
  {
    held: ['used', 'returned'],
    used: ['returned'],
    returned: [],
  },
  ['used'],
);
export type CouponUseState = (typeof couponUseStates.names)[number];

import { defineStates } from '../../../platform/states.ts';

/** A gift of the catalogue. */
export const giftStates = defineStates({ active: ['archived'], archived: ['active'] }, [
  'active',
  'archived',
]);
export type GiftState = (typeof giftStates.names)[number];

/** A wish for gifts: points and stock are taken when it is held, and are back when it ends otherwise than redeemed. */
export const redemptionStates = defineStates(
  {
    held: ['redeemed', 'cancelled', 'expired'],
    redeemed: ['cancelled'],
    cancelled: [],
    expired: [],
  },
  ['redeemed'],
);
export type RedemptionState = (typeof redemptionStates.names)[number];

/** Goods that are owed as a gift. What goes with an order is owed again when that is cancelled. */
export const giftGrantStates = defineStates({
  open: ['in_order', 'handed_over', 'cancelled'],
  in_order: ['shipped', 'open'],
  shipped: [],
  handed_over: [],
  cancelled: [],
});
export type GiftGrantState = (typeof giftGrantStates.names)[number];

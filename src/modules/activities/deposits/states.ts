import { defineStates } from '../../../platform/states.ts';

/** A deposit: it waits for its payment, comes back part by part, and is settled when all of it did. */
export const giftDepositStates = defineStates({
  pending: ['active', 'cancelled'],
  active: ['settled'],
  settled: [],
  cancelled: [],
});

export type GiftDepositState = (typeof giftDepositStates.names)[number];

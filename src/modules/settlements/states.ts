import { defineStates } from '../../platform/states.ts';

/**
 * A settlement. What a policy promises is accepted by rule when it is claimed; above the automatic amount it waits as a draft for a
 * person. What is offered is answered, and what the customer accepted to pay is paid, in time or it expires; a counter-offer to a
 * counter-offer leaves it countered. Money that did not arrive is sent again, and a payment that failed is tried again.
 */
export const settlementStates = defineStates({
  draft: ['offered', 'accepted', 'declined', 'cancelled'],
  offered: ['countered', 'accepted', 'declined', 'expired', 'cancelled'],
  countered: ['accepted', 'declined', 'expired', 'cancelled'],
  accepted: ['paying', 'expired', 'cancelled'],
  paying: ['settled', 'failed', 'expired'],
  failed: ['paying', 'expired', 'cancelled'],
  settled: [],
  declined: [],
  expired: [],
  cancelled: [],
});

export type SettlementState = (typeof settlementStates.names)[number];

import { defineStates } from '../../platform/states.ts';

/**
 * A settlement. What a policy promises is accepted by rule when it is claimed; above the automatic amount it waits as a draft for a
 * person. Money that did not arrive is sent again.
 */
export const settlementStates = defineStates({
  draft: ['offered', 'accepted', 'declined', 'cancelled'],
  offered: ['countered', 'accepted', 'declined', 'expired', 'cancelled'],
  countered: ['accepted', 'declined', 'expired', 'cancelled'],
  accepted: ['paying', 'cancelled'],
  paying: ['settled', 'failed'],
  failed: ['paying', 'cancelled'],
  settled: [],
  declined: [],
  expired: [],
  cancelled: [],
});

export type SettlementState = (typeof settlementStates.names)[number];

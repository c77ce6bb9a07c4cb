import { defineStates } from '../../platform/states.ts';

/** A hold on a part of a balance. */
export const holdStates = defineStates({
  active: ['captured', 'released', 'expired'],
  captured: [],
  released: [],
  expired: [],
});

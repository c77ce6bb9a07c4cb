import { defineStates } from '../../../platform/states.ts';

/** A sweep of price protection. Lines that wait for another settlement do not hold it up: it is finished, and they come after. */
export const priceProtectionSweepStates = defineStates({
  queued: ['running', 'cancelled'],
  running: ['finished', 'cancelled'],
  finished: [],
  cancelled: [],
});

export type PriceProtectionSweepState = (typeof priceProtectionSweepStates.names)[number];

import { defineStates } from '../states.ts';

/** A delivery. Once it is over it can be set on its way again by hand; a success counts whenever it comes. */
export const deliveryStates = defineStates({
  pending: ['succeeded', 'failed', 'cancelled'],
  failed: ['pending', 'succeeded'],
  cancelled: ['pending', 'succeeded'],
  succeeded: [],
});

/** For the pictures in the platform's README. */
export const platformStates = { 'webhook delivery': deliveryStates };

import { defineStates } from '../../platform/states.ts';

/**
 * A payment attempt. A success that comes after a failure or a cancellation still counts: the money is there,
 * and what is too much goes back as a refund.
 */
export const paymentStates = defineStates({
  created: ['processing', 'succeeded', 'failed', 'cancelled'],
  processing: ['succeeded', 'failed', 'cancelled'],
  failed: ['succeeded'],
  cancelled: ['succeeded'],
  succeeded: [],
});

/**
 * A refund. A failed one is tried again, or settled by staff outside and confirmed. One that succeeded can still fail:
 * days later the bank sends the money back, because the account is closed.
 */
export const refundStates = defineStates(
  {
    pending: ['succeeded', 'failed'],
    failed: ['pending', 'succeeded'],
    succeeded: ['failed'],
  },
  ['succeeded'],
);

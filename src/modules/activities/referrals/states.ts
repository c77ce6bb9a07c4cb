import { defineStates } from '../../../platform/states.ts';

/**
 * A friend: invited until they claim, claimed until a purchase of theirs has outlived its return window, qualified until a step is reached
 * with them, rewarded then. What they bought can go back at any time, and another purchase can stand in for it.
 */
export const referralStates = defineStates(
  {
    invited: ['claimed', 'expired', 'cancelled'],
    claimed: ['qualified', 'expired', 'cancelled'],
    qualified: ['rewarded', 'claimed', 'taken_back', 'cancelled'],
    rewarded: ['qualified', 'claimed', 'taken_back', 'cancelled'],
    taken_back: ['claimed', 'qualified', 'cancelled'],
    expired: ['claimed', 'qualified', 'cancelled'],
    cancelled: [],
  },
  ['qualified', 'rewarded', 'taken_back', 'expired', 'cancelled'],
);

export type ReferralState = (typeof referralStates.names)[number];

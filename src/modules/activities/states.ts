import { defineStates } from '../../platform/states.ts';

/**
 * What a participant has earned: owed until it is given; withdrawn when what it was earned with was given back, or when nobody is there
 * any more to have it; owed again when it is earned again.
 */
export const rewardStates = defineStates(
  {
    owed: ['given', 'withdrawn'],
    given: ['withdrawn'],
    withdrawn: ['owed'],
  },
  ['given', 'withdrawn'],
);

export type RewardState = (typeof rewardStates.names)[number];

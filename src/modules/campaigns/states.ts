import { defineStates } from '../../platform/states.ts';

/**
 * A campaign. Its rule is frozen once it is scheduled: a change is a new version. It starts and ends by itself at its times; what was
 * paused goes on or is ended.
 */
export const campaignStates = defineStates({
  draft: ['scheduled', 'running', 'ended'],
  scheduled: ['draft', 'running', 'paused', 'ended'],
  running: ['paused', 'ended'],
  paused: ['scheduled', 'running', 'ended'],
  ended: [],
});

export type CampaignState = (typeof campaignStates.names)[number];

/** A programme: campaigns under one name. Ending it ends no campaign that has begun. */
export const programmeStates = defineStates({
  draft: ['running', 'ended'],
  running: ['ended'],
  ended: [],
});

export type ProgrammeState = (typeof programmeStates.names)[number];

import { defineStates } from '../../../platform/states.ts';

/**
 * A carrier. On trial it gets a stated share of the suggestions; paused it gets nothing for a while; archived it is kept for the
 * parcels that it carried.
 */
export const carrierStates = defineStates({
  trial: ['active', 'paused', 'archived'],
  active: ['trial', 'paused', 'archived'],
  paused: ['active', 'trial', 'archived'],
  archived: [],
});

export type CarrierStatus = (typeof carrierStates.names)[number];

/** How the days of a transit promise are counted. */
export const DAY_KINDS = ['business', 'calendar'] as const;
export type DayKind = (typeof DAY_KINDS)[number];

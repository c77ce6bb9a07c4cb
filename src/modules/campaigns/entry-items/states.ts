import { defineStates } from '../../../platform/states.ts';

/** The mark of an entry item. Ended for good: marking the product again is a new mark with a budget of its own. */
export const entryItemStates = defineStates({
  active: ['ended'],
  ended: [],
});

export type EntryItemState = (typeof entryItemStates.names)[number];

import { defineStates } from '../../../platform/states.ts';

/** A contest: open until somebody enters the result, locked when a second person does too, settled when winners have what they won. */
export const contestStates = defineStates({
  open: ['entered'],
  entered: ['locked'],
  locked: ['settled'],
  settled: [],
});

export type ContestState = (typeof contestStates.names)[number];

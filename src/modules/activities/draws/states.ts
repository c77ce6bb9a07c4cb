import { defineStates } from '../../../platform/states.ts';

/** A change of a draw that has begun: asked for by one person, decided by another; who asked can take it back. */
export const drawChangeStates = defineStates(
  { requested: ['approved', 'refused'], approved: [], refused: [] },
  ['approved', 'refused'],
);

export type DrawChangeState = (typeof drawChangeStates.names)[number];

import { defineStates } from '../../../platform/states.ts';

/** An edit of an order. It waits while the customer has to pay for it, else it is applied at once. */
export const editStates = defineStates({
  open: ['applied', 'dropped'],
  applied: [],
  dropped: [],
});

export type EditState = (typeof editStates.names)[number];

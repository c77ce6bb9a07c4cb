import { defineStates } from '../../../platform/states.ts';

/**
 * A card. It is pending until its first load is paid. A closed one stays closed, unless a payment that it made is given back: then it is
 * active again, because money is never lost.
 */
export const cardStates = defineStates(
  {
    pending: ['active', 'closed'],
    active: ['frozen', 'closed'],
    frozen: ['active', 'closed'],
    closed: ['active'],
  },
  ['closed'],
);
export type CardState = (typeof cardStates.names)[number];

/** A load. Money that comes for one that is cancelled goes back. */
export const cardLoadStates = defineStates({
  pending: ['active', 'cancelled'],
  active: [],
  cancelled: [],
});
export type CardLoadState = (typeof cardLoadStates.names)[number];

/** A gift that was promised with a load. It is owed once the load is paid. */
export const promisedGiftStates = defineStates({
  promised: ['owed', 'cancelled'],
  owed: ['handed_over', 'cancelled'],
  handed_over: [],
  cancelled: [],
});
export type PromisedGiftState = (typeof promisedGiftStates.names)[number];

import { defineStates } from '../../../platform/states.ts';

/** A request for goods with a logo of the customer's. What is accepted is made, unless somebody calls it off. */
export const logoRequestStates = defineStates({
  requested: ['quoted', 'declined', 'cancelled'],
  quoted: ['accepted', 'declined', 'cancelled'],
  accepted: ['in_production', 'cancelled'],
  in_production: ['done', 'cancelled'],
  done: [],
  declined: [],
  cancelled: [],
});

export type LogoRequestState = (typeof logoRequestStates.names)[number];

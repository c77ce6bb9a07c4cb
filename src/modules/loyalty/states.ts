import { defineStates } from '../../platform/states.ts';

/** A lot. What is left of it is told by its points: one that is used up stays active. Lapsed with the membership. What was spent can come back to any. */
export const lotStates = defineStates(
  {
    pending: ['active', 'expired', 'lapsed'],
    active: ['expired', 'lapsed'],
    expired: ['active'],
    lapsed: ['active'],
  },
  ['active', 'expired', 'lapsed'],
);
export type LotState = (typeof lotStates.names)[number];

/** A grant that needs a second person. */
export const grantRequestStates = defineStates({
  requested: ['approved', 'refused', 'lapsed'],
  approved: [],
  refused: [],
  lapsed: [],
});
export type GrantRequestState = (typeof grantRequestStates.names)[number];

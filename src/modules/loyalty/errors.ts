import { Type } from '@sinclair/typebox';
import { defineErrors } from '../../platform/errors.ts';

export const loyaltyErrors = defineErrors({
  loyalty_programme_missing: [409, 'The shop has no loyalty programme yet'],
  points_expiry_contradictory: [422, 'The kind of expiry takes other fields'],
  tiers_contradictory: [422, 'Tiers have keys of their own, and thresholds that rise'],
  not_a_member: [409, 'The customer does not take part in the loyalty programme'],
  member_left: [409, 'The customer has left the loyalty programme'],
  insufficient_points: [
    422,
    'There are not enough points',
    { availablePoints: Type.Integer({ description: 'What the member can spend.' }) },
  ],
  points_not_offered: [409, 'The programme gives no points for this'],
  birthday_known: [409, 'The birthday is known already; staff can change it'],
  points_source_taken: [409, 'The same source has given points already'],
  grant_request_decided: [409, 'The request is decided already'],
  second_person_required: [403, 'Who asked for it cannot agree to it'],
});

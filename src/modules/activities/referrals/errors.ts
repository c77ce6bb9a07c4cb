import { defineErrors } from '../../../platform/errors.ts';

export const referralErrors = defineErrors({
  referral_code_unknown: [422, 'Nobody of this activity has passed on this code'],
  referral_code_used: [409, 'This invitation was claimed already'],
  referral_own: [422, 'Nobody refers themselves'],
  referral_existing_customer: [422, 'Who has bought already is a customer and no new friend'],
  referral_repeated: [409, 'This customer was referred already'],
  referral_same_person: [409, 'Somebody with the same identifiers was referred already'],
  referral_circular: [422, 'Who was referred by somebody does not refer them, nor whoever referred them'],
  referral_limit_reached: [409, 'As many friends count for this participant as can'],
  referral_day_limit_reached: [409, 'As many friends as one can bring on one day'],
  referral_cancelled: [409, 'The referral was taken out already'],
});

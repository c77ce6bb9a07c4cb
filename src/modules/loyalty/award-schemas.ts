import { Type } from '@sinclair/typebox';
import { enumeration, inputModel, nullableText, ref } from '../../platform/http/schema.ts';
import { AWARD_REASONS } from './kinds.ts';

const AwardReasonName = enumeration(
  'PointAwardReason',
  '`review`: a review was written, whatever it says. `referral`: another customer came because of the member.',
  AWARD_REASONS,
);

export const PointAwardCreate = inputModel('PointAwardCreate', 'Something that a member did.', {
  reason: ref(AwardReasonName),
  sourceKey: Type.String({
    minLength: 1,
    maxLength: 200,
    pattern: '^\\S+$',
    description:
      'What tells it from others of its kind, such as the id of the review. The same one gives points once.',
  }),
});

/** A day that some year has: not the 31st of April, and the 29th of February. */
const YEAR_DAY =
  '^(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|[12]\\d))$';

export const MemberBirthdayPut = inputModel('MemberBirthdayPut', 'When a member has their birthday.', {
  birthday: nullableText('Month and day, such as `02-29`; null: nobody knows.', { pattern: YEAR_DAY }),
});
export const OwnBirthdayPut = inputModel(
  'OwnBirthdayPut',
  'When the customer who calls has their birthday.',
  {
    birthday: Type.String({ pattern: YEAR_DAY, description: 'Month and day, such as `02-29`.' }),
  },
);

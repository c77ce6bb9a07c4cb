import { Type } from '@sinclair/typebox';
import { enumeration, model, ref } from '../../platform/http/schema.ts';
import { RECURRENCE_KINDS } from './recurrence-rules.ts';

const Kind = enumeration('CampaignRecurrenceKind', 'By what the days come again.', RECURRENCE_KINDS);
const days = (minimum: number, maximum: number, maxItems: number, description: string) =>
  Type.Optional(
    Type.Array(Type.Integer({ minimum, maximum }), { minItems: 1, maxItems, uniqueItems: true, description }),
  );

export const RecurrenceModel = model(
  'CampaignRecurrence',
  'Days that come again, in the shop’s time zone: a members’ day, the shop’s own day.',
  {
    kind: ref(Kind),
    weekdays: days(1, 7, 7, 'For `weekly`: 1 is Monday, 7 is Sunday.'),
    monthDays: days(
      -1,
      31,
      32,
      'For `monthly`: days of the month; −1 is the last one. A month without the day is left out.',
    ),
    yearDays: Type.Optional(
      Type.Array(Type.String({ pattern: '^\\d\\d-\\d\\d$' }), {
        minItems: 1,
        maxItems: 366,
        uniqueItems: true,
        description:
          'For `yearly`: month and day, such as `06-18`. The 29th of February is the 28th in other years.',
      }),
    ),
  },
);

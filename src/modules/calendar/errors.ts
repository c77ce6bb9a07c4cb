import { Type } from '@sinclair/typebox';
import { defineErrors } from '../../platform/errors.ts';

export const calendarErrors = defineErrors({
  business_hours_inconsistent: [422, 'The openings overlap or have no length'],
  holiday_inconsistent: [422, 'The days or hours of the holiday contradict each other'],
  never_open: [
    422,
    'The shop would be closed for longer than a year',
    {
      closedFromOn: Type.String({
        format: 'date',
        description: 'The first day on which it would be closed.',
      }),
    },
  ],
  too_many_holidays: [422, 'A shop has 2,000 holidays of 20,000 days in all at most'],
  too_many_versions: [422, 'A shop has 200 versions of its business hours at most'],
  holiday_external_id_taken: [409, 'Another holiday of the shop has this externalId'],
  calendar_file_not_readable: [422, 'The text is no iCalendar file, or one without events'],
  deadline_too_far: [422, 'The deadline is more than ten years away'],
  days_out_of_range: [422, 'The days are in the wrong order, too many or too far away'],
  announcement_inconsistent: [422, 'The languages or times of the announcement contradict each other'],
});

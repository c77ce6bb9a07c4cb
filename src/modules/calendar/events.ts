import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../platform/events/define.ts';
import { externalId, instantText, nullableInstant, text } from '../../platform/http/schema.ts';

const day = (description: string) => Type.String({ format: 'date', description });
const hours = Type.Object({ inForceOn: day('From which day on they are, or were, in force.') });
const holiday = Type.Object({
  externalId: externalId(),
  name: text('What it is called.', 200),
  startsOn: day('Its first day.'),
  endsOn: day('Its last day.'),
  recursYearly: Type.Boolean({ description: 'It comes again every year.' }),
});
const announcement = Type.Object({
  audience: Type.String({ description: 'public or staff.' }),
  visibleFrom: instantText('From when on it is shown.'),
  visibleUntil: nullableInstant('Until when; null: until it is deleted.'),
});

export const calendarEvents = {
  hoursChanged: defineEvent('business_hours.changed', 'The hours of the shop were set or changed.', hours),
  hoursDeleted: defineEvent(
    'business_hours.deleted',
    'Hours were taken back: those before them count on.',
    hours,
  ),
  holidayCreated: defineEvent('holiday.created', 'A holiday was added to the calendar.', holiday),
  holidayUpdated: defineEvent('holiday.updated', 'A holiday was changed.', holiday),
  holidayDeleted: defineEvent('holiday.deleted', 'A holiday was taken out of the calendar.', holiday),
  announcementCreated: defineEvent('announcement.created', 'An announcement was written.', announcement),
  announcementUpdated: defineEvent('announcement.updated', 'An announcement was changed.', announcement),
  announcementDeleted: defineEvent('announcement.deleted', 'An announcement was deleted.', announcement),
};

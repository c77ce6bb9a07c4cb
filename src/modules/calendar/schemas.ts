import { type Static, Type } from '@sinclair/typebox';
import {
  BulkMode,
  enumeration,
  externalId,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableText,
  pageOf,
  ProblemDetails,
  ref,
  text,
  uuid,
  versionNumber,
} from '../../platform/http/schema.ts';
import type { CalendarDay } from './calendar-rules.ts';
import { dayTextOf, WEEKDAYS, weekdayOf } from './day-rules.ts';
import type { Deadline, OpenState } from './deadlines.ts';
import type { FileImport } from './import-file.ts';
import { SKIP_REASONS } from './holiday-rules.ts';
import type { HolidayOutcome } from './holidays.ts';
import type { BusinessHoursRow, HolidayRow } from './tables.ts';

/** A calendar date in the shop's time zone. */
export const dayText = (description: string) => Type.String({ format: 'date', description });
const nullableDay = (description: string) => nullableText(description, { format: 'date' });

const WeekdayName = enumeration('Weekday', 'A day of the week.', WEEKDAYS);
const OpeningModel = model('Opening', 'From when until when the shop is open, by its own clock.', {
  opens: Type.String({
    pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
    description: 'Hour and minute, such as `09:00`.',
  }),
  closes: Type.String({
    pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$',
    description:
      'Hour and minute. Before `opens`: on the next day, so 22:00 to 02:00 runs past midnight. `24:00`: the end of the day.',
  }),
});
const openings = (description: string) => Type.Array(ref(OpeningModel), { maxItems: 12, description });
const day = (name: string) => openings(`What opens on a ${name}, in order; none: closed.`);
const WeekModel = model('BusinessWeek', 'When the shop is open on each day of the week.', {
  monday: day('Monday'),
  tuesday: day('Tuesday'),
  wednesday: day('Wednesday'),
  thursday: day('Thursday'),
  friday: day('Friday'),
  saturday: day('Saturday'),
  sunday: day('Sunday'),
});
export const BusinessHoursSet = model('BusinessHoursSet', 'Hours to set.', {
  inForceOn: dayText('From this day on, until others are in force.'),
  week: ref(WeekModel),
});
export const BusinessHours = model(
  'BusinessHours',
  'Hours that are in force from a day on, until others are.',
  {
    id: uuid('These hours.'),
    inForceOn: dayText('The first day on which they are in force.'),
    week: ref(WeekModel),
    createdAt: instantText('When they were set first.'),
    updatedAt: instantText('When they were changed last.'),
    version: versionNumber(),
  },
);
export const BusinessHoursList = model(
  'BusinessHoursList',
  'All hours of the shop, the last to come into force first.',
  {
    data: Type.Array(ref(BusinessHours), {
      description: 'The versions. Before the first one, and without any, the shop is always open.',
    }),
  },
);

const holidayFields = {
  name: text('What it is called.', 200),
  startsOn: dayText('Its first day, in the year in which it is first.'),
  endsOn: dayText('Its last day; the first one, when it is one day.'),
  recursYearly: Type.Boolean({
    description: 'It comes again every year; a 29 February then as 28 February.',
  }),
  openings: openings(
    'When the shop is open on each of its days, instead of the hours of the week; none: closed.',
  ),
};
const { name, startsOn, ...rest } = holidayFields;
const optional = Type.Partial(Type.Object(rest)).properties;
export const HolidayCreate = model('HolidayCreate', 'A holiday to add.', {
  externalId: Type.Optional(externalId()),
  name,
  startsOn,
  ...optional,
});
export const HolidayUpdate = model('HolidayUpdate', 'Changes to a holiday, as JSON merge patch.', {
  externalId: Type.Optional(externalId()),
  ...Type.Partial(Type.Object(holidayFields)).properties,
});
export const Holiday = model(
  'Holiday',
  'Days on which the shop is closed, or open at other hours than the week says.',
  {
    id: uuid('The holiday.'),
    externalId: externalId(),
    ...holidayFields,
    createdAt: instantText('When it was added.'),
    updatedAt: instantText('When it was changed last.'),
    version: versionNumber(),
  },
);
export const HolidayPage = pageOf('HolidayPage', Holiday);
const HolidayBulkItem = model(
  'HolidayBulkItem',
  'A holiday to add, or to replace if its externalId is known.',
  {
    ...HolidayCreate.properties,
    externalId: text('The id in your own system.', 200),
  },
);
export const HolidayBulkUpsert = model('HolidayBulkUpsert', 'Holidays to add or replace.', {
  mode: Type.Optional(
    ref(BulkMode, { description: 'What happens to the others when one is refused; `atomic` if absent.' }),
  ),
  items: Type.Array(ref(HolidayBulkItem), { minItems: 1, maxItems: 1000, description: 'The holidays.' }),
});
const HolidayBulkOutcome = model('HolidayBulkOutcome', 'What became of one item.', {
  index: Type.Integer({ description: 'Its place in the request, from 0.' }),
  status: Type.Integer({
    description: '201: added. 200: changed, or as it was. Else the status of the refusal.',
  }),
  id: Type.Optional(uuid('The holiday.')),
  error: Type.Optional(
    ref(ProblemDetails, { description: 'Why it was refused; pointers start at the item.' }),
  ),
});
export const HolidayBulkResult = model('HolidayBulkResult', 'What became of each item.', {
  results: Type.Array(ref(HolidayBulkOutcome), { description: 'In the order of the request.' }),
});

export const HolidayFileImport = model('HolidayFileImport', 'A calendar to take holidays from.', {
  text: text('An iCalendar file (RFC 5545) as text. Its events of whole days become holidays.', 90_000),
});
const SkipReasonName = enumeration(
  'HolidayFileSkipReason',
  'Why an event is no holiday. `without_uid`: also one that is longer than 190 characters.',
  SKIP_REASONS,
);
const SkippedEventModel = model('SkippedCalendarEvent', 'An event of the file that was not taken.', {
  uid: nullableText('The id that the file gives it.'),
  name: text('What the file calls it.', 200),
  reason: ref(SkipReasonName),
  line: Type.Integer({ description: 'The line of the text on which it begins; the first is 1.' }),
});
export const HolidayFileResult = model('HolidayFileResult', 'What was taken from a calendar.', {
  createdCount: Type.Integer({ description: 'Holidays that were added.' }),
  knownCount: Type.Integer({ description: 'Holidays that were there, and are now as the file says.' }),
  expandedFromOn: dayText('From this day on the days of rules were written down.'),
  expandedToOn: dayText(
    'Up to this day they were: take the file in again before. Days of every year have no end.',
  ),
  skipped: Type.Array(ref(SkippedEventModel), { description: 'What was not taken, and why.' }),
});

export const DeadlineModel = model(
  'Deadline',
  'An instant by which the shop has been open for so many minutes.',
  {
    fromAt: instantText('What the minutes are counted from.'),
    minutes: Type.Integer({ description: 'How many minutes the shop is open until then.' }),
    deadlineAt: instantText('The deadline. It is never in a time in which the shop is closed.'),
  },
);
export const OpenStateModel = model('OpenState', 'Whether the shop is open.', {
  at: instantText("The shop's now."),
  isOpen: Type.Boolean({ description: 'It is open.' }),
  opensAt: nullableInstant('When it is open next; now, if it is. Null: not within ten years.'),
  closesAt: nullableInstant('When it closes; null while it is closed, and where it stays open for a week.'),
});
const CalendarDayModel = model('CalendarDay', 'A day of the shop.', {
  on: dayText('The day.'),
  weekday: ref(WeekdayName),
  isWorkingDay: Type.Boolean({ description: 'The shop opens on it.' }),
  holidayName: nullableText('The holiday that says its hours.'),
  openings: Type.Array(ref(OpeningModel), { description: 'What opens on this day.' }),
});
export const CalendarDayList = model('CalendarDayList', 'Days of the shop.', {
  data: Type.Array(ref(CalendarDayModel), { description: 'In their order.' }),
});

export const ExpectedDeliveryModel = model(
  'ExpectedDelivery',
  'When an order is expected to leave and to arrive; days of the shop. No promise.',
  {
    dispatchOn: dayText('The working day on which it leaves.'),
    earliestOn: nullableDay(
      'The first day on which it may arrive; null where the time of the way is not known.',
    ),
    latestOn: nullableDay('The last one.'),
  },
);

export const presentHours = (row: BusinessHoursRow): Static<typeof BusinessHours> => ({
  id: row.id,
  inForceOn: row.inForceOn,
  week: row.week as Static<typeof WeekModel>,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  version: row.version,
});

export const presentHoliday = (row: HolidayRow): Static<typeof Holiday> => ({
  id: row.id,
  externalId: row.externalId,
  name: row.name,
  startsOn: row.startsOn,
  endsOn: row.endsOn,
  recursYearly: row.recursYearly,
  openings: row.openings,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  version: row.version,
});

export const presentFileImport = ({ outcomes, file }: FileImport): Static<typeof HolidayFileResult> => ({
  createdCount: outcomes.filter(({ isNew }: HolidayOutcome) => isNew).length,
  knownCount: outcomes.filter(({ isNew }: HolidayOutcome) => isNew === false).length,
  expandedFromOn: file.expandedFromOn,
  expandedToOn: file.expandedToOn,
  skipped: file.skipped.map((event) => ({ ...event })),
});

export const presentDeadline = ({ from, minutes, deadline }: Deadline) => ({
  fromAt: from.toISOString(),
  minutes,
  deadlineAt: deadline.toISOString(),
});

export const presentOpenState = ({ at, isOpen, opensAt, closesAt }: OpenState) => ({
  at: at.toISOString(),
  isOpen,
  opensAt: instantOrNull(opensAt),
  closesAt: instantOrNull(closesAt),
});

export const presentDay = ({ day: number, openings: found, holidayName }: CalendarDay) => ({
  on: dayTextOf(number),
  weekday: weekdayOf(number),
  isWorkingDay: found.length > 0,
  holidayName,
  openings: found.map(({ opens, closes }) => ({ opens, closes })),
});

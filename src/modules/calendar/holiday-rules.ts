import type { HolidayData } from './calendar-rules.ts';
import { dayNumberOf, FIRST_DAY, LAST_DAY } from './day-rules.ts';
import { findOpeningFaults, type HoursFault } from './week-rules.ts';

/** Why an event of an iCalendar file is no holiday. */
export const SKIP_REASONS = [
  'not_readable',
  'not_all_day',
  'cancelled',
  'without_uid',
  'repeated_uid',
  'recurrence_not_supported',
  'out_of_range',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** What a caller decides about a holiday. */
export interface HolidayFields extends HolidayData {
  readonly externalId: string | null;
}

export type HolidayInput = Partial<HolidayFields>;
export type NewHolidayInput = HolidayInput & Pick<HolidayFields, 'name' | 'startsOn'>;

/** A holiday is at most a year long. */
const MAX_DAYS = 366;

/** A new holiday: without an end, one day; without hours, closed. */
export const holidayOf = (input: NewHolidayInput): HolidayFields => ({
  externalId: input.externalId ?? null,
  name: input.name,
  startsOn: input.startsOn,
  endsOn: input.endsOn ?? input.startsOn,
  recursYearly: input.recursYearly ?? false,
  openings: input.openings ?? [],
});

const outside = (pointer: string, day: string) =>
  day < FIRST_DAY || day > LAST_DAY ? [{ pointer, detail: `must be from ${FIRST_DAY} to ${LAST_DAY}` }] : [];

/** Everything that is wrong with a holiday. */
export function findHolidayFaults({ startsOn, endsOn, openings }: HolidayFields): HoursFault[] {
  const days = dayNumberOf(endsOn) - dayNumberOf(startsOn) + 1;
  const range =
    days < 1
      ? [{ pointer: '/endsOn', detail: 'must not be before startsOn' }]
      : days > MAX_DAYS
        ? [{ pointer: '/endsOn', detail: `must be at most ${MAX_DAYS} days with startsOn` }]
        : [];
  return [
    ...outside('/startsOn', startsOn),
    ...outside('/endsOn', endsOn),
    ...range,
    ...findOpeningFaults(openings, '/openings'),
  ];
}

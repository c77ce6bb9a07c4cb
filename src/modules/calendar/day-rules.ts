import { DAY_MS } from '../../platform/time.ts';

/** A calendar date as it is sent and stored: `2026-03-29`. */
export type DayText = string;
/** A date as a number: days since 1970-01-01. It has no zone, so adding to it is plain arithmetic. */
export type DayNumber = number;

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Calendars reach from here to there: far enough for any shop, and near enough to be walked through day by day. */
export const FIRST_DAY = '1970-01-01';
export const LAST_DAY = '2199-12-31';

export const dayNumberOf = (text: DayText): DayNumber => Date.parse(`${text}T00:00:00Z`) / DAY_MS;
export const dayTextOf = (day: DayNumber): DayText => new Date(day * DAY_MS).toISOString().slice(0, 10);
/** 1970-01-01 was a Thursday. */
export const weekdayOf = (day: DayNumber): Weekday => WEEKDAYS[(((day + 3) % 7) + 7) % 7] as Weekday;

export const yearOf = (day: DayNumber): number => new Date(day * DAY_MS).getUTCFullYear();

/** The same day of another year; the 29th of February is the 28th where there is none. */
export function sameDayIn(year: number, day: DayNumber): DayNumber {
  const from = new Date(day * DAY_MS);
  const wanted = Date.UTC(year, from.getUTCMonth(), from.getUTCDate());
  const isSameMonth = new Date(wanted).getUTCMonth() === from.getUTCMonth();
  return wanted / DAY_MS - (isSameMonth ? 0 : 1);
}

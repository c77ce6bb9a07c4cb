import { dayIn as dayNumberIn, startOfDay as startOfDayNumber } from '../../platform/days.ts';
import type { Calendar } from '../calendar/calendar-rules.ts';
import { dayNumberOf, dayTextOf, weekdayOf } from '../calendar/day-rules.ts';
import { HORIZON_DAYS } from '../calendar/hours-rules.ts';

/** A calendar day as `YYYY-MM-DD`. Days compare as texts do. */
export type Day = string;

/** The calendar day of an instant in a time zone: 16:00 UTC of the 1st is the 2nd in Shanghai. */
export const dayIn = (timeZone: string, at: Date): Day => dayTextOf(dayNumberIn(timeZone, at));

/** `days` later: the 30th of April and 2 days are the 2nd of May. */
export const addDays = (day: Day, days: number): Day => dayTextOf(dayNumberOf(day) + days);

/** How many days lie between: from the 28th of February 1998 to the 1st of March it is 1. */
export const daysBetween = (from: Day, to: Day): number => dayNumberOf(to) - dayNumberOf(from);

/**
 * Whether carriers carry on a day: Monday to Friday, but on no holiday on which the shop is closed. The weekday on which a shop
 * rests is its own affair, and so are the shorter hours of a holiday.
 */
function isBusinessDay(calendar: Calendar, number: number): boolean {
  if (['saturday', 'sunday'].includes(weekdayOf(number))) return false;
  const { holidayName, openings } = calendar.dayAt(number);
  return holidayName === null || openings.length > 0;
}

/**
 * `days` business days later: from a Friday, 1 is the Monday, and the Tuesday when that Monday is a holiday. Undefined when that is
 * beyond the horizon of calendars, where holidays leave hardly a day.
 */
export function addBusinessDays(calendar: Calendar, day: Day, days: number): Day | undefined {
  let found = dayNumberOf(day);
  const last = found + HORIZON_DAYS;
  for (let left = days; left > 0; ) {
    found += 1;
    if (found > last) return undefined;
    if (isBusinessDay(calendar, found)) left -= 1;
  }
  return dayTextOf(found);
}

/** When a day begins in a time zone: the first instant that belongs to it. There are days that begin at one o'clock. */
export const startOfDay = (timeZone: string, day: Day): Date => startOfDayNumber(timeZone, dayNumberOf(day));

import { dayIn as dayNumberIn, startOfDay as startOfDayNumber } from '../../platform/days.ts';
import { dayNumberOf, dayTextOf, weekdayOf } from '../calendar/day-rules.ts';

/** A calendar day as `YYYY-MM-DD`. Days compare as texts do. */
export type Day = string;

/** The calendar day of an instant in a time zone: 16:00 UTC of the 1st is the 2nd in Shanghai. */
export const dayIn = (timeZone: string, at: Date): Day => dayTextOf(dayNumberIn(timeZone, at));

/** `days` later: the 30th of April and 2 days are the 2nd of May. */
export const addDays = (day: Day, days: number): Day => dayTextOf(dayNumberOf(day) + days);

/** How many days lie between: from the 28th of February 1998 to the 1st of March it is 1. */
export const daysBetween = (from: Day, to: Day): number => dayNumberOf(to) - dayNumberOf(from);

const isWorkday = (day: Day): boolean => !['saturday', 'sunday'].includes(weekdayOf(dayNumberOf(day)));

/** `days` business days later, Monday to Friday: from a Friday, 1 is the Monday. Holidays are not known here. */
export function addBusinessDays(day: Day, days: number): Day {
  let found = day;
  for (let left = days; left > 0; ) {
    found = addDays(found, 1);
    if (isWorkday(found)) left -= 1;
  }
  return found;
}

/** When a day begins in a time zone: the first instant that belongs to it. There are days that begin at one o'clock. */
export const startOfDay = (timeZone: string, day: Day): Date => startOfDayNumber(timeZone, dayNumberOf(day));

import { dayIn, startOfDay } from '../../platform/days.ts';
import { DAY_MS } from '../../platform/time.ts';
import { nextYearDay, type YearDay } from './expiry-rules.ts';

/** Nobody has said when it is. */
export const NO_BIRTHDAY = { birthday: null, birthdayDueAt: null };

/** When the next birthday begins that is after the day of an instant, in the shop's zone. */
export function nextBirthday(timezone: string, birthday: YearDay, now: Date): Date {
  const next = nextYearDay([birthday], dayIn(timezone, now) + 1);
  if (next === null) throw new Error('a day of the year comes every year');
  return startOfDay(timezone, next);
}

/** In which year of the shop a birthday is, by its beginning: points are given once in each. */
export const birthdayYear = (timezone: string, startsAt: Date): number =>
  new Date(dayIn(timezone, startsAt) * DAY_MS).getUTCFullYear();

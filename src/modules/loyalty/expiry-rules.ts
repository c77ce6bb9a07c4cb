import { dayIn, startOfDay } from '../../platform/days.ts';
import { DAY_MS } from '../../platform/time.ts';

/** When points of a programme end. */
export type ExpiryPolicy =
  | { readonly kind: 'never' }
  /** So many months after they become active. */
  | { readonly kind: 'rolling_months'; readonly months: number }
  /** At the end of certain days of the year; what became active less than `minimumMonths` before lasts until the next of them. */
  | { readonly kind: 'fixed_dates'; readonly dates: readonly YearDay[]; readonly minimumMonths: number }
  /** So many months after the member last earned or spent anything. */
  | { readonly kind: 'inactivity'; readonly months: number };

/** A day of each year; the 29th of February is the 28th where there is none. */
export interface YearDay {
  readonly month: number;
  readonly day: number;
}

const dayOf = (year: number, month: number, day: number): number => Date.UTC(year, month, day) / DAY_MS;

/** The same day so many months later, or the last of a month that is shorter: a month after the 31st of January is the last of February. */
export function monthsLater(day: number, months: number): number {
  const date = new Date(day * DAY_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const lastOfMonth = dayOf(year, month + 1, 0);
  return Math.min(dayOf(year, month, 1) + date.getUTCDate() - 1, lastOfMonth);
}

/** The first instant after so many whole days that follow the day of an instant, in the shop's zone. */
export const afterWholeDays = (timezone: string, from: Date, wholeDays: number): Date =>
  startOfDay(timezone, dayIn(timezone, from) + wholeDays + 1);

/**
 * When points end that are active from `activeAt` on: the first instant of the day after their last, in the shop's zone. `activityAt` is
 * when the member last did something. Null: never.
 */
export function expiresAtOf(
  policy: ExpiryPolicy,
  timezone: string,
  activeAt: Date,
  activityAt: Date = activeAt,
): Date | null {
  const last = lastDayOf(policy, dayIn(timezone, activeAt), dayIn(timezone, activityAt));
  return last === null ? null : startOfDay(timezone, last + 1);
}

function lastDayOf(policy: ExpiryPolicy, active: number, activity: number): number | null {
  switch (policy.kind) {
    case 'never':
      return null;
    case 'rolling_months':
      return monthsLater(active, policy.months);
    case 'inactivity':
      return monthsLater(Math.max(active, activity), policy.months);
    case 'fixed_dates':
      return nextYearDay(policy.dates, monthsLater(active, policy.minimumMonths));
  }
}

/** The first of the days of a year that is not before a day. */
export function nextYearDay(dates: readonly YearDay[], from: number): number | null {
  const year = new Date(from * DAY_MS).getUTCFullYear();
  const days = [year, year + 1].flatMap((of) =>
    dates.map(({ month, day }) => Math.min(dayOf(of, month - 1, day), dayOf(of, month, 0))),
  );
  const next = Math.min(...days.filter((day) => day >= from));
  return Number.isFinite(next) ? next : null;
}

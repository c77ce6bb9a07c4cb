import { dayIn } from '../../platform/days.ts';
import { DAY_MS } from '../../platform/time.ts';

export const RECURRENCE_KINDS = ['weekly', 'monthly', 'yearly'] as const;

/** Days on which a campaign is there, in the shop's time zone. */
export interface Recurrence {
  readonly kind: (typeof RECURRENCE_KINDS)[number];
  /** `weekly`: 1 is Monday, 7 is Sunday. */
  readonly weekdays?: readonly number[];
  /** `monthly`: days of the month; −1 is the last one. */
  readonly monthDays?: readonly number[];
  /** `yearly`: `06-18`; the 29th of February is the 28th in other years. */
  readonly yearDays?: readonly string[];
}

const lastDayOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();
const two = (value: number): string => String(value).padStart(2, '0');

/** Whether a campaign is there on the day of an instant: every Tuesday, every 8th, every 18 June. */
export function isOnDay(recurrence: Recurrence, timezone: string, at: Date): boolean {
  const day = new Date(dayIn(timezone, at) * DAY_MS);
  const [year, month, date] = [day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate()];
  const last = lastDayOf(year, month);
  if (recurrence.kind === 'weekly') return recurrence.weekdays?.includes(day.getUTCDay() || 7) ?? false;
  if (recurrence.kind === 'monthly') {
    const days = recurrence.monthDays ?? [];
    return days.includes(date) || (date === last && days.includes(-1));
  }
  const days = recurrence.yearDays ?? [];
  const isSubstitute = month === 2 && date === 28 && last === 28 && days.includes('02-29');
  return days.includes(`${two(month)}-${two(date)}`) || isSubstitute;
}

/** What a kind needs and what it cannot have, by field. */
export function findRecurrenceFaults(
  recurrence: Recurrence,
): { readonly pointer: string; readonly detail: string }[] {
  const fields = { weekly: 'weekdays', monthly: 'monthDays', yearly: 'yearDays' } as const;
  const wanted = fields[recurrence.kind];
  const faults = Object.values(fields).flatMap((field) => {
    const isThere = recurrence[field] !== undefined;
    if (isThere === (field === wanted)) return [];
    return [
      {
        pointer: `/${field}`,
        detail: isThere ? `is not of ${recurrence.kind}` : `is needed for ${recurrence.kind}`,
      },
    ];
  });
  const dates = (recurrence.yearDays ?? []).flatMap((text, i) => {
    const [month = 0, date = 0] = text.split('-').map(Number);
    // 2000 had a 29th of February.
    const isDay = month >= 1 && month <= 12 && date >= 1 && date <= lastDayOf(2000, month);
    return isDay ? [] : [{ pointer: `/yearDays/${i}`, detail: 'is no day of a year' }];
  });
  return [...faults, ...dates];
}

import { DAY_MS } from '../../platform/time.ts';

/** A calendar day as `YYYY-MM-DD`. Days compare as texts do. */
export type Day = string;

// Making one takes as long as a thousand uses of it. There are some hundred time zones.
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', { timeZone, ...parts });
    formats.set(timeZone, format);
  }
  return format;
}

/** The calendar day of an instant in a time zone: 16:00 UTC of the 1st is the 2nd in Shanghai. */
export function dayIn(timeZone: string, at: Date): Day {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts.get('year')?.padStart(4, '0')}-${parts.get('month')}-${parts.get('day')}`;
}

const toMs = (day: Day): number => Date.parse(`${day}T00:00:00Z`);
const toDay = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);

/** `days` later: the 30th of April and 2 days are the 2nd of May. */
export const addDays = (day: Day, days: number): Day => toDay(toMs(day) + days * DAY_MS);

/** How many days lie between: from the 28th of February 1998 to the 1st of March it is 1. */
export const daysBetween = (from: Day, to: Day): number => (toMs(to) - toMs(from)) / DAY_MS;

const isWorkday = (day: Day): boolean => {
  const weekday = new Date(toMs(day)).getUTCDay();
  return weekday !== 0 && weekday !== 6;
};

/** `days` business days later, Monday to Friday: from a Friday, 1 is the Monday. Holidays are not known here. */
export function addBusinessDays(day: Day, days: number): Day {
  let found = day;
  for (let left = days; left > 0; ) {
    found = addDays(found, 1);
    if (isWorkday(found)) left -= 1;
  }
  return found;
}

const SECOND_MS = 1_000;
// No zone is further from UTC than 15 hours.
const REACH_MS = DAY_MS;

/**
 * When a day begins in a time zone: the first second that belongs to it. Searched for and not computed from an offset, because
 * there are days that begin at one o'clock.
 */
export function startOfDay(timeZone: string, day: Day): Date {
  let [before, from] = [toMs(day) - REACH_MS, toMs(day) + REACH_MS];
  while (from - before > SECOND_MS) {
    const middle = before + Math.floor((from - before) / 2 / SECOND_MS) * SECOND_MS;
    if (dayIn(timeZone, new Date(middle)) >= day) from = middle;
    else before = middle;
  }
  return new Date(from);
}

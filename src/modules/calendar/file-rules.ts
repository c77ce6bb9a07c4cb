import ICAL from 'ical.js';
import { dayNumberOf, dayTextOf, type DayText, type Weekday, WEEKDAYS, weekdayOf } from './day-rules.ts';
import { findHolidayFaults, holidayOf, type SkipReason } from './holiday-rules.ts';
import { type Budget, DAY_CODES, type Horizon, MOST_OF_FILE, occurrenceDays } from './recurrence-rules.ts';

/** A holiday that an event of an iCalendar file amounts to. */
export interface FileHoliday {
  readonly externalId: string;
  readonly name: string;
  readonly startsOn: DayText;
  readonly endsOn: DayText;
  readonly recursYearly: boolean;
}

/** An event that is no holiday, and why. */
export interface SkippedEvent {
  readonly uid: string | null;
  readonly name: string;
  readonly reason: SkipReason;
  /** Where it begins in the file: the first line is 1. */
  readonly line: number;
}

export interface CalendarFile {
  readonly holidays: readonly FileHoliday[];
  readonly skipped: readonly SkippedEvent[];
  /** Between these days the days of rules were written down; those of every year have no end. */
  readonly expandedFromOn: DayText;
  readonly expandedToOn: DayText;
}

const MAX_UID_LENGTH = 190;
const MAX_NAME_LENGTH = 200;
/** What is another day every time, such as the fourth Thursday of November or every second Friday, is written down for so many years. */
const EXPANDED_YEARS = 5;

/**
 * Reads the whole days of an iCalendar file (RFC 5545) as holidays: single days, ranges, days of every year, and what other rules come
 * to from `year` on. What cannot be read is named with its line. Undefined when the text is no such file.
 */
export function readCalendarFile(text: string, year: number): CalendarFile | undefined {
  const events = eventsOf(text);
  if (!events || events.length === 0) return undefined;
  const holidays: FileHoliday[] = [];
  const skipped: SkippedEvent[] = [];
  const seen = new Set<string>();
  const lines = eventLines(text);
  const [expandedFromOn, expandedToOn] = [`${year}-01-01`, `${year + EXPANDED_YEARS - 1}-12-31`];
  const horizon = { from: dayNumberOf(expandedFromOn), to: dayNumberOf(expandedToOn) };
  const world = { year, seen, horizon, budget: { left: MOST_OF_FILE } };
  for (const [index, event] of events.entries()) {
    const name = Array.from(event.summary || 'Holiday')
      .slice(0, MAX_NAME_LENGTH)
      .join('');
    const uid = event.uid || null;
    const found = tryEvent(event, uid, name, world);
    if (typeof found === 'string') skipped.push({ uid, name, reason: found, line: lines[index] ?? 1 });
    else holidays.push(...found);
    if (uid !== null) seen.add(uid);
  }
  return { holidays, skipped, expandedFromOn, expandedToOn };
}

/** What the events of a file share. */
interface FileWorld {
  readonly year: number;
  /** The ids of the events before. */
  readonly seen: ReadonlySet<string>;
  readonly horizon: Horizon;
  readonly budget: Budget;
}

/** The lines on which events begin, in their order. */
const eventLines = (text: string): number[] =>
  text.split(/\r\n|\n|\r/).flatMap((line, index) => (/^BEGIN:VEVENT\s*$/i.test(line) ? [index + 1] : []));

function eventsOf(text: string): ICAL.Event[] | undefined {
  try {
    const parsed = ICAL.parse(text) as unknown[];
    // Several calendars in one file are a list of them.
    const roots = (typeof parsed[0] === 'string' ? [parsed] : parsed) as [];
    return roots.flatMap((root) =>
      new ICAL.Component(root).getAllSubcomponents('vevent').map((component) => new ICAL.Event(component)),
    );
  } catch {
    return undefined;
  }
}

/** What a file says of a day may be no day; the reader throws then. */
function tryEvent(...given: Parameters<typeof readEvent>): ReturnType<typeof readEvent> {
  try {
    return readEvent(...given);
  } catch {
    return 'not_readable';
  }
}

function readEvent(
  event: ICAL.Event,
  uid: string | null,
  name: string,
  { year, seen, horizon, budget }: FileWorld,
): FileHoliday[] | SkipReason {
  const { component } = event;
  if (uid === null || uid.length > MAX_UID_LENGTH) return 'without_uid';
  if (component.getFirstPropertyValue('status') === 'CANCELLED') return 'cancelled';
  if (component.hasProperty('recurrence-id')) return 'recurrence_not_supported';
  if (seen.has(uid)) return 'repeated_uid';
  const days = readDays(event);
  if (typeof days === 'string') return days;
  const holiday = { ...days, externalId: uid, name, recursYearly: false };
  const recurrence = readRecurrence(component);
  const found = recurrence
    ? occurrencesOf(holiday, recurrence, year)
    : expand(holiday, occurrenceDays(component, horizon, budget));
  if (!found) return 'recurrence_not_supported';
  // None of its days is within the years that are written down.
  if (found.length === 0) return 'out_of_range';
  return found.some((one) => findHolidayFaults(holidayOf(one)).length > 0) ? 'out_of_range' : found;
}

/** Whether a date is one: the reader turns the 40th of a 13th month into a day of the next year. */
function isDay(component: ICAL.Component, name: 'dtstart' | 'dtend'): boolean {
  const written = component.getFirstProperty(name)?.toJSON()[3];
  return written === undefined || written === component.getFirstPropertyValue(name)?.toString();
}

function readDays(event: ICAL.Event): { startsOn: DayText; endsOn: DayText } | SkipReason {
  const { component } = event;
  if (!component.hasProperty('dtstart')) return 'not_all_day';
  const { startDate, endDate } = event;
  if (!startDate.isDate) return 'not_all_day';
  if (!isDay(component, 'dtstart') || !isDay(component, 'dtend')) return 'not_readable';
  const startsOn = startDate.toString();
  // The end of whole days is the day after the last one; without one it is one day.
  const end = dayNumberOf(endDate.toString().slice(0, 10)) - 1;
  const start = dayNumberOf(startsOn);
  if (Number.isNaN(start) || Number.isNaN(end)) return 'not_all_day';
  if (end < start - 1) return 'not_readable';
  return { startsOn, endsOn: dayTextOf(Math.max(start, end)) };
}

type Recurrence =
  | { readonly kind: 'once' | 'yearly' }
  | { readonly kind: 'weekday'; readonly month: number; readonly weekday: Weekday; readonly nth: number };

/** Each occurrence as a holiday of its own, under the id of the event and its day. */
const expand = (holiday: FileHoliday, days: readonly number[] | undefined): FileHoliday[] | undefined =>
  days?.map((day) => ({
    ...holiday,
    externalId: `${holiday.externalId}#${dayTextOf(day)}`,
    startsOn: dayTextOf(day),
    endsOn: dayTextOf(day + dayNumberOf(holiday.endsOn) - dayNumberOf(holiday.startsOn)),
  }));

/** What has no end, or one day in each year, is read from its rule; whatever else recurs is run: see recurrence-rules.ts. */
function readRecurrence(component: ICAL.Component): Recurrence | undefined {
  if (component.hasProperty('rdate') || component.hasProperty('exdate')) return undefined;
  const [, ...others] = component.getAllProperties('rrule');
  if (others.length > 0 || component.hasProperty('exrule')) return undefined;
  const rule = component.getFirstPropertyValue('rrule');
  if (rule === null) return { kind: 'once' };
  if (!(rule instanceof ICAL.Recur)) return undefined;
  const { freq, interval, count, until, parts } = rule;
  if (freq !== 'YEARLY' || interval !== 1 || count || until) return undefined;
  const names = Object.keys(parts).filter((name) => name !== 'WKST');
  const [month, ...months] = parts['BYMONTH'] ?? [];
  const [byDay, ...byDays] = parts['BYDAY'] ?? [];
  if (names.every((name) => name === 'BYMONTH' || name === 'BYMONTHDAY') && months.length === 0) {
    const [, ...monthDays] = parts['BYMONTHDAY'] ?? [];
    return monthDays.length === 0 && agrees(component, parts) ? { kind: 'yearly' } : undefined;
  }
  const [, nth, code] = /^([+-]?[1-5])(MO|TU|WE|TH|FR|SA|SU)$/.exec(String(byDay)) ?? [];
  const isOneDay = months.length === 0 && byDays.length === 0 && names.length === 2;
  if (!isOneDay || month === undefined || code === undefined) return undefined;
  const weekday = WEEKDAYS[DAY_CODES.indexOf(code)] as Weekday;
  return { kind: 'weekday', month, weekday, nth: Number(nth) };
}

/** The month and the day that a rule names are those of its first day. */
function agrees(component: ICAL.Component, parts: ICAL.Recur['parts']): boolean {
  const start = component.getFirstPropertyValue('dtstart');
  if (!(start instanceof ICAL.Time)) return false;
  const [month, day] = [parts['BYMONTH']?.[0], parts['BYMONTHDAY']?.[0]];
  return (month === undefined || month === start.month) && (day === undefined || day === start.day);
}

function occurrencesOf(holiday: FileHoliday, recurrence: Recurrence, year: number): FileHoliday[] {
  if (recurrence.kind !== 'weekday') return [{ ...holiday, recursYearly: recurrence.kind === 'yearly' }];
  const start = dayNumberOf(holiday.startsOn);
  const length = dayNumberOf(holiday.endsOn) - start;
  return Array.from({ length: EXPANDED_YEARS }, (_, index) => year + index).flatMap((of) => {
    const day = nthWeekdayOf(of, recurrence);
    return day === undefined || day < start
      ? []
      : [
          {
            ...holiday,
            externalId: `${holiday.externalId}#${of}`,
            startsOn: dayTextOf(day),
            endsOn: dayTextOf(day + length),
          },
        ];
  });
}

/** The fourth Thursday of November 2026 is the 26th; -1 is the last of a month. */
function nthWeekdayOf(
  year: number,
  { month, weekday, nth }: { month: number; weekday: Weekday; nth: number },
): number | undefined {
  const first = Date.UTC(year, month - 1, 1) / 86_400_000;
  const length = Date.UTC(year, month, 1) / 86_400_000 - first;
  const days = Array.from({ length }, (_, index) => first + index).filter(
    (day) => weekdayOf(day) === weekday,
  );
  return days.at(nth > 0 ? nth - 1 : nth);
}

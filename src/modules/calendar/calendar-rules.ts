import { type DayNumber, type DayText, dayNumberOf, sameDayIn, weekdayOf, yearOf } from './day-rules.ts';
import { ALWAYS_OPEN, type Opening, spanOf, type Span, type Week } from './week-rules.ts';

/** Hours that are in force from a day on, until others are. */
export interface HoursData {
  readonly inForceOn: DayText;
  readonly week: Week;
}

/** Days with other hours than their weekday has; none: closed. */
export interface HolidayData {
  readonly name: string;
  readonly startsOn: DayText;
  readonly endsOn: DayText;
  readonly recursYearly: boolean;
  readonly openings: readonly Opening[];
}

/** What a shop has said of its calendar. */
export interface CalendarData {
  /** Rises with every change; 0 before the first. */
  readonly version: number;
  readonly hours: readonly HoursData[];
  readonly holidays: readonly HolidayData[];
}

/** One day of the shop. */
export interface CalendarDay {
  readonly day: DayNumber;
  /** What begins on this day, in order. */
  readonly openings: readonly Opening[];
  readonly spans: readonly Span[];
  readonly holidayName: string | null;
}

/** What a shop has said, ready to be asked, in its time zone. */
export interface Calendar {
  readonly version: number;
  readonly timezone: string;
  dayAt(day: DayNumber): CalendarDay;
  /** Instants of what begins on a day, in milliseconds; filled by `hours-rules.ts`. */
  readonly instants: Map<DayNumber, readonly { readonly from: number; readonly to: number }[]>;
}

interface KnownHoliday extends HolidayData {
  readonly start: DayNumber;
  readonly lengthDays: number;
}

// A day is asked for again and again: by every order of the day, and by every deadline that leads over it.
const MOST_DAYS = 5_000;
const MOST_YEARS = 20;

/** Makes a calendar of what a shop has said. */
export function makeCalendar(data: CalendarData, timezone: string): Calendar {
  const hours = data.hours
    .map(({ inForceOn, week }) => ({ from: dayNumberOf(inForceOn), week }))
    .toSorted((a, b) => b.from - a.from);
  const findHoliday = indexHolidays(data.holidays.map(knownHoliday).toSorted(byWeight));
  const known = new Map<DayNumber, CalendarDay>();
  const makeDay = (day: DayNumber): CalendarDay => {
    const holiday = findHoliday(day);
    const week = hours.find(({ from }) => from <= day)?.week ?? ALWAYS_OPEN;
    const openings = holiday?.openings ?? week[weekdayOf(day)];
    return { day, openings, spans: openings.map(spanOf), holidayName: holiday?.name ?? null };
  };
  return {
    version: data.version,
    timezone,
    instants: new Map(),
    dayAt(day) {
      let found = known.get(day);
      if (!found) {
        if (known.size >= MOST_DAYS) known.clear();
        known.set(day, (found = makeDay(day)));
      }
      return found;
    },
  };
}

const knownHoliday = (holiday: HolidayData): KnownHoliday => {
  const start = dayNumberOf(holiday.startsOn);
  return { ...holiday, start, lengthDays: dayNumberOf(holiday.endsOn) - start + 1 };
};

// Where two meet, the more particular one counts: of one year before every year's, then the shorter, then the one that began later.
const byWeight = (a: KnownHoliday, b: KnownHoliday): number =>
  Number(a.recursYearly) - Number(b.recursYearly) ||
  a.lengthDays - b.lengthDays ||
  b.start - a.start ||
  (a.name < b.name ? -1 : 1);

type HolidayDays = Map<DayNumber, KnownHoliday>;

/** Gives the days from one on to a holiday, as far as no weightier one has them. */
function claimDays(days: HolidayDays, holiday: KnownHoliday, from: DayNumber): void {
  for (let day = from; day < from + holiday.lengthDays; day += 1) if (!days.has(day)) days.set(day, holiday);
}

/**
 * Which holiday a day belongs to. A yearly one is as long every year as the first time, counted from the same day: 24 December to 2
 * January is one holiday. Years are written out when they are asked for, because there is no end of them.
 */
function indexHolidays(
  weightiestFirst: readonly KnownHoliday[],
): (day: DayNumber) => KnownHoliday | undefined {
  const once: HolidayDays = new Map();
  const yearly = weightiestFirst.filter(({ recursYearly }) => recursYearly);
  for (const holiday of weightiestFirst) if (!holiday.recursYearly) claimDays(once, holiday, holiday.start);
  const years = new Map<number, HolidayDays>();
  const daysOf = (year: number): HolidayDays => {
    const known = years.get(year);
    if (known) return known;
    const days: HolidayDays = new Map();
    for (const holiday of yearly) {
      const from = sameDayIn(year, holiday.start);
      if (from >= holiday.start) claimDays(days, holiday, from);
    }
    if (years.size >= MOST_YEARS) years.clear();
    years.set(year, days);
    return days;
  };
  return (day) => {
    const particular = once.get(day);
    if (particular || yearly.length === 0) return particular;
    const year = yearOf(day);
    const [begun, before] = [daysOf(year).get(day), daysOf(year - 1).get(day)];
    return begun && before ? [begun, before].toSorted(byWeight)[0] : (begun ?? before);
  };
}

export const isWorkingDay = (calendar: Calendar, day: DayNumber): boolean =>
  calendar.dayAt(day).openings.length > 0;

/** More holidays than any shop has; every change of a calendar looks at all of their days. */
const MAX_HOLIDAYS = 2_000;
const MAX_HOLIDAY_DAYS = 20_000;

/** Whether a shop has said more holidays, or longer ones, than a calendar holds. */
export function hasTooManyHolidays({ holidays }: CalendarData): boolean {
  const days = holidays.reduce((sum, holiday) => sum + knownHoliday(holiday).lengthDays, 0);
  return holidays.length > MAX_HOLIDAYS || days > MAX_HOLIDAY_DAYS;
}

/** A calendar must open at least once in so many days: what looks for the next opening then always finds one. */
const LONGEST_CLOSED_DAYS = 366;
// Yearly holidays and leap years repeat themselves within this.
const CYCLE_DAYS = 8 * 366;

/** The first day of a closed time that is longer than a shop may be closed, if there is one. */
export function findEndlessClosing(data: CalendarData): DayNumber | undefined {
  const calendar = makeCalendar(data, 'UTC');
  const marks = [
    ...data.hours.map(({ inForceOn }) => dayNumberOf(inForceOn)),
    ...data.holidays.flatMap(({ startsOn, endsOn }) => [dayNumberOf(startsOn), dayNumberOf(endsOn)]),
  ];
  if (marks.length === 0) return undefined;
  const last = Math.max(...marks) + CYCLE_DAYS;
  let closedFrom: DayNumber | undefined;
  for (let day = Math.min(...marks) - 1; day <= last; day += 1) {
    if (isWorkingDay(calendar, day)) closedFrom = undefined;
    else if (day - (closedFrom ??= day) >= LONGEST_CLOSED_DAYS) return closedFrom;
  }
  return undefined;
}

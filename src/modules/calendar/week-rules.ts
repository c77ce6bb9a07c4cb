import { WEEKDAYS, type Weekday } from './day-rules.ts';

/** From when until when on the clock of the shop, `HH:MM`. Closing at or before opening means: on the next day. */
export interface Opening {
  readonly opens: string;
  /** `24:00` is the end of the day. */
  readonly closes: string;
}

/** What is open on each day; no opening: closed. */
export type Week = Readonly<Record<Weekday, readonly Opening[]>>;

/** The same in minutes after the midnight with which its day begins; an end beyond 1,440 is on the next day. */
export interface Span {
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** What is wrong with hours, at a pointer into what was sent. */
export interface HoursFault {
  readonly pointer: string;
  readonly detail: string;
}

const DAY_MINUTES = 1_440;

const minuteOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/** 22:00 to 02:00 is 1,320 to 1,560. */
export function spanOf({ opens, closes }: Opening): Span {
  const [fromMinute, end] = [minuteOf(opens), minuteOf(closes)];
  return { fromMinute, toMinute: end <= fromMinute ? end + DAY_MINUTES : end };
}

/** What is wrong with the openings of one day: each begins when the one before has ended. */
export function findOpeningFaults(openings: readonly Opening[], pointer: string): HoursFault[] {
  let end = 0;
  return openings.flatMap((opening, index) => {
    const at = `${pointer}/${index}`;
    if (opening.opens === opening.closes)
      return [{ pointer: `${at}/closes`, detail: 'must be another time than opens' }];
    const { fromMinute, toMinute } = spanOf(opening);
    const before = end;
    end = toMinute;
    const detail = 'must not be before the opening before it has ended';
    return index > 0 && fromMinute < before ? [{ pointer: `${at}/opens`, detail }] : [];
  });
}

/** Everything that is wrong with a week. What runs past midnight must not meet the first opening of the next day. */
export function findWeekFaults(week: Week, pointer = ''): HoursFault[] {
  const faults = WEEKDAYS.flatMap((day) => findOpeningFaults(week[day], `${pointer}/${day}`));
  if (faults.length > 0) return faults;
  return WEEKDAYS.flatMap((day, index) => {
    const next = WEEKDAYS[(index + 1) % 7] as Weekday;
    const [last, first] = [week[day].at(-1), week[next][0]];
    if (!last || !first || spanOf(last).toMinute - DAY_MINUTES <= spanOf(first).fromMinute) return [];
    const detail = `must not be before the last opening of ${day} has ended`;
    return [{ pointer: `${pointer}/${next}/0/opens`, detail }];
  });
}

const allDay: readonly Opening[] = [{ opens: '00:00', closes: '24:00' }];

/** Until a shop has said its hours, it is always open: a deadline is then plain time, and every day is a working day. */
export const ALWAYS_OPEN: Week = {
  monday: allDay,
  tuesday: allDay,
  wednesday: allDay,
  thursday: allDay,
  friday: allDay,
  saturday: allDay,
  sunday: allDay,
};

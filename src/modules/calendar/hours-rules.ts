import { Temporal } from 'temporal-polyfill';
import { DAY_MS, MINUTE_MS } from '../../platform/time.ts';
import type { Calendar } from './calendar-rules.ts';
import { type DayNumber, type DayText, dayTextOf } from './day-rules.ts';

/** A time in which the shop is open, in milliseconds since 1970; it is closed at `to`. */
export interface OpenTime {
  readonly from: number;
  readonly to: number;
}

/** How far a deadline is looked for. A shop that opens once a year has ten openings in this. */
export const HORIZON_DAYS = 3_660;
const MOST_DAYS = 5_000;

/** The day and the minute of it that the clock of a time zone shows at an instant. */
export function localTimeOf(timezone: string, at: Date): { day: DayNumber; minute: number } {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timezone);
  const local = at.getTime() + zoned.offsetNanoseconds / 1e6;
  const day = Math.floor(local / DAY_MS);
  return { day, minute: Math.floor((local - day * DAY_MS) / MINUTE_MS) };
}

/** The date in the shop's zone. */
export const dayOf = (timezone: string, at: Date): DayText => dayTextOf(localTimeOf(timezone, at).day);

/**
 * When the clock of a zone shows a minute of a day. Of an hour that comes twice, the first; a time that the clock leaps over is the
 * moment of the leap. So a later time of the clock is never an earlier instant.
 */
export function instantAt(timezone: string, day: DayNumber, minute: number): number {
  const clock = new Date(day * DAY_MS + minute * MINUTE_MS);
  const local = new Temporal.PlainDateTime(
    clock.getUTCFullYear(),
    clock.getUTCMonth() + 1,
    clock.getUTCDate(),
    clock.getUTCHours(),
    clock.getUTCMinutes(),
  );
  const zoned = local.toZonedDateTime(timezone, { disambiguation: 'earlier' });
  if (zoned.toPlainDateTime().equals(local)) return zoned.epochMilliseconds;
  return zoned.getTimeZoneTransition('next')?.epochMilliseconds ?? zoned.epochMilliseconds;
}

function openTimesOn(calendar: Calendar, day: DayNumber): readonly OpenTime[] {
  const known = calendar.instants.get(day);
  if (known) return known;
  const times = calendar.dayAt(day).spans.map(({ fromMinute, toMinute }) => ({
    from: instantAt(calendar.timezone, day, fromMinute),
    to: instantAt(calendar.timezone, day, toMinute),
  }));
  if (calendar.instants.size >= MOST_DAYS) calendar.instants.clear();
  calendar.instants.set(day, times);
  return times;
}

/** The open times from an instant on, in order, none of which meets another; those of so many days. */
function* openTimesFrom(calendar: Calendar, at: number, days: number): Generator<OpenTime> {
  const { day: today } = localTimeOf(calendar.timezone, new Date(at));
  let covered = at;
  // What began before may run past midnight; where a zone left out a day, also past that.
  for (let day = today - 2; day < today + days; day += 1) {
    for (const { from, to } of openTimesOn(calendar, day)) {
      // An opening that the clock leaps over has no length.
      if (to <= covered || to === from) continue;
      yield { from: Math.max(from, covered), to };
      covered = to;
    }
  }
}

/** The shop is open at this instant; it is not at the one at which it closes. */
export function isOpenAt(calendar: Calendar, at: Date): boolean {
  for (const { from } of openTimesFrom(calendar, at.getTime(), 1)) return from === at.getTime();
  return false;
}

/** When the shop is open next: now, if it is. Undefined where that is beyond the horizon. */
export function nextOpening(calendar: Calendar, at: Date): Date | undefined {
  for (const { from } of openTimesFrom(calendar, at.getTime(), HORIZON_DAYS)) return new Date(from);
  return undefined;
}

/** When the shop closes that is open now; undefined when it is closed, or stays open around the clock for a week. */
export function nextClosing(calendar: Calendar, at: Date): Date | undefined {
  const start = at.getTime();
  let end = start;
  for (const { from, to } of openTimesFrom(calendar, start, 8)) {
    if (from > end) break;
    end = to;
  }
  return end === start || end >= start + 7 * DAY_MS ? undefined : new Date(end);
}

/**
 * The instant by which the shop has been open for so many minutes since `start`. From Friday 17:00 of a shop that is open 9 to 18,
 * Monday to Friday, 120 minutes end on Monday at 10:00; 60 end on Friday at 18:00; 0 are over when the shop is open next. Undefined
 * when that is beyond the horizon.
 */
export function addBusinessMinutes(calendar: Calendar, start: Date, minutes: number): Date | undefined {
  let left = minutes * MINUTE_MS;
  for (const { from, to } of openTimesFrom(calendar, start.getTime(), HORIZON_DAYS)) {
    if (left <= to - from) return new Date(from + left);
    left -= to - from;
  }
  return undefined;
}

/** For how many whole minutes the shop is open from one instant to another; below zero when the second comes first. */
export function businessMinutesBetween(calendar: Calendar, from: Date, to: Date): number {
  if (to < from) return -businessMinutesBetween(calendar, to, from);
  const days = Math.ceil((to.getTime() - from.getTime()) / DAY_MS) + 2;
  let open = 0;
  for (const time of openTimesFrom(calendar, from.getTime(), days)) {
    if (time.from >= to.getTime()) break;
    open += Math.min(time.to, to.getTime()) - time.from;
  }
  return Math.floor(open / MINUTE_MS);
}

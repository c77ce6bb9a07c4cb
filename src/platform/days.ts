import { DAY_MS } from './time.ts';

// Making one takes as long as a thousand uses of it. There are some hundred time zones.
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn-hc-h23', {
    timeZone,
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, made);
  return made;
}

/** What a clock on the wall shows at an instant, as milliseconds of a clock that never changes: 01:30 is 01:30 in UTC. */
function wallTime(timeZone: string, at: Date): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
  const years = parts.get('era') === 'BC' ? 1 - of('year') : of('year');
  const wall = new Date(0);
  // Not Date.UTC, which takes the year 50 for 1950.
  wall.setUTCFullYear(years, of('month') - 1, of('day'));
  return wall.setUTCHours(of('hour'), of('minute'), of('second'));
}

const dayOfWall = (wall: number): number => Math.floor(wall / DAY_MS);

/** The day of an instant in a time zone, counted from 1970-01-01: 16:30 in UTC is the next day in Shanghai. */
export const dayIn = (timeZone: string, at: Date): number => dayOfWall(wallTime(timeZone, at));

/**
 * The first instant of a day in a time zone. Where clocks jump over midnight that is the instant after the jump; where
 * midnight comes twice, the first one. A day that was left out altogether begins with the next.
 */
export function startOfDay(timeZone: string, day: number): Date {
  const midnight = day * DAY_MS;
  // Offsets change at most once within these two days: one before midnight, one after.
  const instants = [midnight - DAY_MS, midnight + DAY_MS].map((near) => {
    const whole = new Date(near);
    return midnight - (wallTime(timeZone, whole) - Math.floor(near / 1_000) * 1_000);
  });
  const inDay = instants.filter((instant) => dayIn(timeZone, new Date(instant)) === day);
  return new Date(inDay.length > 0 ? Math.min(...inDay) : Math.max(...instants));
}

/**
 * The instant so many days later at which the clocks on the wall show the same: 30 days after 10:00 is 10:00, also where clocks were
 * changed in between. What the clocks leave out is so much later, and of what they show twice it is the second, as Postgres reads them.
 */
export function daysAfter(timeZone: string, at: Date, days: number): Date {
  const milliseconds = ((at.getTime() % 1_000) + 1_000) % 1_000;
  const wanted = wallTime(timeZone, at) + days * DAY_MS;
  const instants = [wanted - DAY_MS, wanted + DAY_MS].map(
    (near) => wanted - (wallTime(timeZone, new Date(near)) - near),
  );
  const right = instants.filter((instant) => wallTime(timeZone, new Date(instant)) === wanted);
  return new Date(Math.max(...(right.length > 0 ? right : instants)) + milliseconds);
}

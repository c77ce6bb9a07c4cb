import type { Calendar } from './calendar-rules.ts';
import { isWorkingDay } from './calendar-rules.ts';
import { type DayNumber, type DayText, dayNumberOf, dayTextOf } from './day-rules.ts';
import { HORIZON_DAYS, localTimeOf } from './hours-rules.ts';

function workingDayFrom(calendar: Calendar, day: DayNumber, last: DayNumber): DayNumber | undefined {
  for (let at = day; at <= last; at += 1) if (isWorkingDay(calendar, at)) return at;
  return undefined;
}

/**
 * The working day that comes so many working days after a day; for 0 the day itself, or the next working day. From a Friday of a shop
 * that works Monday to Friday, 1 is Monday. Undefined when that is beyond the horizon.
 */
export function addWorkingDays(calendar: Calendar, from: DayText, days: number): DayText | undefined {
  const first = dayNumberOf(from);
  const last = first + HORIZON_DAYS;
  let day = days === 0 ? workingDayFrom(calendar, first, last) : first;
  for (let left = days; left > 0 && day !== undefined; left -= 1)
    day = workingDayFrom(calendar, day + 1, last);
  return day === undefined ? undefined : dayTextOf(day);
}

/**
 * The day on which what is ordered now leaves the house. What comes on a working day before the hour counts as of that day,
 * everything else as of the next one; then it takes its lead time. Undefined when that is beyond the horizon.
 */
export function expectedShipOn(
  calendar: Calendar,
  now: Date,
  leadDays: number,
  cutOffHour: number,
): DayText | undefined {
  const { day, minute } = localTimeOf(calendar.timezone, now);
  const isLate = isWorkingDay(calendar, day) && minute >= cutOffHour * 60;
  const counted = addWorkingDays(calendar, dayTextOf(isLate ? day + 1 : day), 0);
  return counted === undefined ? undefined : addWorkingDays(calendar, counted, leadDays);
}

/** How many days a parcel is on its way, at least and at most. */
export interface TransitDays {
  readonly minimumDays: number;
  readonly maximumDays: number;
}

/** When an order leaves and, where that is known, between which days it arrives. */
export interface ExpectedDelivery {
  readonly dispatchOn: DayText;
  readonly earliestOn: DayText | null;
  readonly latestOn: DayText | null;
}

/** The days on which a parcel that leaves on a day arrives: carriers count every day, not only those of the shop. */
export function expectedDelivery(dispatchOn: DayText, transitDays?: TransitDays): ExpectedDelivery {
  if (!transitDays) return { dispatchOn, earliestOn: null, latestOn: null };
  const left = dayNumberOf(dispatchOn);
  return {
    dispatchOn,
    earliestOn: dayTextOf(left + transitDays.minimumDays),
    latestOn: dayTextOf(left + transitDays.maximumDays),
  };
}

import { putBounded } from '../../platform/bounded-map.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { type Guard, whenStale } from '../../platform/db/guards.ts';
import type { Shop } from '../../platform/shops/shop.ts';
import {
  type Calendar,
  type CalendarData,
  findEndlessClosing,
  hasTooManyHolidays,
  makeCalendar,
} from './calendar-rules.ts';
import { dayTextOf } from './day-rules.ts';
import { calendarErrors } from './errors.ts';
import { calendarPart, findCalendarVersion, raiseCalendarVersion, readCalendarData } from './repository.ts';

type OfShop = Pick<Shop, 'id' | 'timezone'>;

const MOST_REMEMBERED = 500;
const remembered = new Map<string, { readonly data: CalendarData; readonly calendar: Calendar }>();

function remember({ id, timezone }: OfShop, data: CalendarData): Calendar {
  const calendar = makeCalendar(data, timezone);
  putBounded(remembered, MOST_REMEMBERED, id, { data, calendar });
  return calendar;
}

/**
 * What this process last read of a shop's calendar. It may have changed since: what is written by it counts only when the statement
 * that writes it holds `requireCalendar`.
 */
export function recallCalendar(shop: OfShop): Calendar | undefined {
  const known = remembered.get(shop.id);
  if (!known) return undefined;
  // The shop may have moved to another time zone, which changes nothing of what it said.
  return known.calendar.timezone === shop.timezone ? known.calendar : remember(shop, known.data);
}

/** The calendar of a shop as it is now. One short read while its version is the one that this process remembers. */
export async function loadCalendar(on: Reader, shop: OfShop): Promise<Calendar> {
  const known = recallCalendar(shop);
  if (known && known.version === (await findCalendarVersion(on, shop.id))) return known;
  return remember(shop, await readCalendarData(on, shop.id));
}

/** Makes sure that a calendar is as it was read, as part of one statement. */
export const requireCalendar = (shopId: string, calendar: Calendar): Guard => ({
  part: calendarPart(shopId, calendar.version),
  toError: whenStale('calendar_changed', () => remembered.delete(shopId)),
});

/**
 * Changes what a calendar consists of: `write` comes after all that were before it, and none comes between. Refuses what would leave
 * the shop closed for good (never_open), because every search for the next opening would be in vain, and too_many_holidays.
 */
export async function changeCalendar<T>(tx: Tx, shopId: string, write: () => Promise<T>): Promise<T> {
  await raiseCalendarVersion(tx, shopId);
  const result = await write();
  const data = await readCalendarData(tx, shopId);
  if (hasTooManyHolidays(data)) throw calendarErrors.too_many_holidays();
  const closedFrom = findEndlessClosing(data);
  if (closedFrom === undefined) return result;
  const closedFromOn = dayTextOf(closedFrom);
  throw calendarErrors.never_open(
    `From ${closedFromOn} on the shop would be closed for longer than a year.`,
    {
      extra: { closedFromOn },
    },
  );
}

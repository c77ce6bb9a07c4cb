import { and, desc, eq } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import type { Part } from '../../platform/db/parts.ts';
import { preparedRead, preparedSql } from '../../platform/db/prepared.ts';
import type { CalendarData, HolidayData, HoursData } from './calendar-rules.ts';
import { type BusinessHoursRow, businessHours } from './tables.ts';

const selectVersion = preparedRead<{ version: number }>(
  'select_calendar_version',
  'select version from calendars where shop_id = $1',
);

/** The version of a shop's calendar; 0 before it has said anything. */
export const findCalendarVersion = async (on: Reader, shopId: string): Promise<number> =>
  (await selectVersion(on, [shopId]))[0]?.version ?? 0;

// One statement, so that version and content are of one moment. A shop has some hundred rows of these.
const selectCalendar = preparedSql<{ version: number; hours: HoursData[]; holidays: HolidayData[] }>(
  'select_calendar',
  `select coalesce((select version from calendars where shop_id = $1), 0) as version,
     coalesce((select jsonb_agg(jsonb_build_object('inForceOn', in_force_on, 'week', week))
       from business_hours where shop_id = $1), '[]') as hours,
     coalesce((select jsonb_agg(jsonb_build_object('name', name, 'startsOn', starts_on, 'endsOn', ends_on,
       'recursYearly', recurs_yearly, 'openings', openings)) from holidays where shop_id = $1), '[]') as holidays`,
);

/** Everything that a shop has said of its calendar. */
export async function readCalendarData(on: Reader, shopId: string): Promise<CalendarData> {
  const [row] = await selectCalendar(on, [shopId]);
  if (!row) throw new Error('a select without from gave no row');
  return row;
}

const raise = preparedSql<{ version: number }>(
  'raise_calendar_version',
  `insert into calendars (shop_id, version) values ($1, 1)
   on conflict (shop_id) do update set version = calendars.version + 1 returning version`,
);

/**
 * Raises the version of a calendar and so holds it: two changes that each leave the shop open, but not together, come one after the
 * other, and so do two that count how many rows there are.
 */
export const raiseCalendarVersion = async (tx: Tx, shopId: string): Promise<void> =>
  void (await raise(tx, [shopId]));

/** Makes sure that a calendar is as it was read, as part of one statement. */
export const calendarPart = (shopId: string, version: number): Part => ({
  name: 'calendar',
  // By the primary key.
  check: `select refuse('calendar_changed', '')
    where coalesce((select version from calendars where shop_id = $1), 0) <> $2::int`,
  values: [shopId, version],
});

const ofHours = (shopId: string, id: string) =>
  and(eq(businessHours.shopId, shopId), eq(businessHours.id, id));

/** Hours of a shop, along the primary key. */
export async function findHours(
  on: Reader,
  shopId: string,
  id: string,
): Promise<BusinessHoursRow | undefined> {
  const [row] = await on.select().from(businessHours).where(ofHours(shopId, id));
  return row;
}

/** All versions of a shop's hours, the last to come into force first. Along business_hours_in_force_key. */
export const listHours = (on: Reader, shopId: string): Promise<BusinessHoursRow[]> =>
  on
    .select()
    .from(businessHours)
    .where(eq(businessHours.shopId, shopId))
    .orderBy(desc(businessHours.inForceOn));

/** Writes hours under the calendar's lock. */
export async function writeHours(tx: Tx, row: BusinessHoursRow): Promise<void> {
  const { week, version, updatedAt } = row;
  await tx
    .insert(businessHours)
    .values(row)
    .onConflictDoUpdate({
      target: [businessHours.shopId, businessHours.id],
      set: { week, version, updatedAt },
    });
}

export const deleteHours = async (tx: Tx, { shopId, id }: BusinessHoursRow): Promise<void> =>
  void (await tx
    .delete(businessHours)
    .where(and(eq(businessHours.shopId, shopId), eq(businessHours.id, id))));

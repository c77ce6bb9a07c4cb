import type { Ctx } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import { checkVersion } from '../../platform/versions.ts';
import { FIRST_DAY, LAST_DAY } from './day-rules.ts';
import { calendarErrors } from './errors.ts';
import { calendarEvents } from './events.ts';
import { changeCalendar } from './load.ts';
import { deleteHours, findHours, listHours, writeHours } from './repository.ts';
import type { BusinessHoursRow } from './tables.ts';
import { findWeekFaults, type Week } from './week-rules.ts';

const MOST_VERSIONS = 200;

/** All versions of the shop's hours, the last to come into force first. */
export const readHours = (ctx: Ctx): Promise<BusinessHoursRow[]> => listHours(ctx.db, ctx.shop.id);

/**
 * Sets the hours that are in force from a day on, until others are. Setting the same again changes nothing. Refusals:
 * business_hours_inconsistent, never_open, too_many_versions, days_out_of_range.
 */
export async function setHours(
  ctx: Ctx,
  inForceOn: string,
  week: Week,
): Promise<{ row: BusinessHoursRow; isNew: boolean }> {
  if (inForceOn < FIRST_DAY || inForceOn > LAST_DAY)
    throw calendarErrors.days_out_of_range(`It has to be from ${FIRST_DAY} to ${LAST_DAY}.`, {
      pointer: '/inForceOn',
    });
  const faults = findWeekFaults(week, '/week');
  if (faults.length > 0) {
    const code = calendarErrors.business_hours_inconsistent.code;
    const violations = faults.map((fault) => ({ in: 'body' as const, code, ...fault }));
    throw calendarErrors.business_hours_inconsistent(undefined, { violations });
  }
  return inTransaction(ctx, (tx) =>
    changeCalendar(tx, ctx.shop.id, async () => {
      const known = await listHours(tx, ctx.shop.id);
      const current = known.find((row) => row.inForceOn === inForceOn);
      if (current) checkVersion(ctx, current);
      else if (ctx.expectedVersion !== undefined)
        throw platformErrors.version_mismatch('There are no hours from that day on yet.');
      if (!current && known.length >= MOST_VERSIONS) throw calendarErrors.too_many_versions();
      const row: BusinessHoursRow = {
        shopId: ctx.shop.id,
        id: current?.id ?? newId(),
        inForceOn,
        week,
        version: (current?.version ?? 0) + 1,
        createdAt: current?.createdAt ?? ctx.now,
        updatedAt: ctx.now,
      };
      await writeHours(tx, row);
      await appendEvents(tx, ctx, [eventRow(ctx, calendarEvents.hoursChanged, row.id, { inForceOn })]);
      return { row, isNew: !current };
    }),
  );
}

/** Takes hours back: those that were in force before them stay in force. Refusals: not_found, never_open. */
export async function removeHours(ctx: Ctx, id: string): Promise<BusinessHoursRow> {
  return inTransaction(ctx, (tx) =>
    changeCalendar(tx, ctx.shop.id, async () => {
      const row = await findHours(tx, ctx.shop.id, id);
      if (!row) throw platformErrors.not_found();
      checkVersion(ctx, row);
      await deleteHours(tx, row);
      await appendEvents(tx, ctx, [
        eventRow(ctx, calendarEvents.hoursDeleted, row.id, { inForceOn: row.inForceOn }),
      ]);
      return row;
    }),
  );
}

import { isDeepStrictEqual } from 'node:util';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { Problem, Violation } from '../../platform/errors.ts';
import { type EventDefinition, eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { newId } from '../../platform/ids.ts';
import { checkVersion } from '../../platform/versions.ts';
import { calendarErrors } from './errors.ts';
import { calendarEvents } from './events.ts';
import {
  deleteHolidayRow,
  findHolidaysByExternalId,
  getHolidayRow,
  type HolidayQuery,
  listHolidayRows,
  writeHolidays,
} from './holiday-repository.ts';
import {
  findHolidayFaults,
  type HolidayFields,
  type HolidayInput,
  holidayOf,
  type NewHolidayInput,
} from './holiday-rules.ts';
import { changeCalendar } from './load.ts';
import type { HolidayRow } from './tables.ts';

/** Holidays in the order of their first day. */
export const readHolidays = (ctx: Ctx, query: HolidayQuery): Promise<Page<HolidayRow>> =>
  listHolidayRows(ctx.db, ctx.shop.id, query);

/** A holiday, or `not_found`. */
export const readHoliday = (ctx: Ctx, id: string): Promise<HolidayRow> =>
  getHolidayRow(ctx.db, ctx.shop.id, id);

/** Adds a holiday. Refusals: holiday_inconsistent, holiday_external_id_taken, too_many_holidays, never_open. */
export async function createHoliday(ctx: Ctx, input: NewHolidayInput): Promise<HolidayRow> {
  const row = newHoliday(ctx, accept(holidayOf(input)));
  return inTransaction(ctx, (tx) =>
    changeCalendar(tx, ctx.shop.id, async () => {
      await write(tx, ctx, [{ row, current: undefined }]);
      return row;
    }),
  );
}

/** Changes a holiday, as JSON merge patch. Refusals: those of createHoliday, not_found, version_mismatch. */
export async function updateHoliday(ctx: Ctx, id: string, changes: HolidayInput): Promise<HolidayRow> {
  return inTransaction(ctx, (tx) =>
    changeCalendar(tx, ctx.shop.id, async () => {
      const current = await getHolidayRow(tx, ctx.shop.id, id);
      checkVersion(ctx, current);
      const row = changedHoliday(ctx, current, accept({ ...fieldsOf(current), ...changes }));
      await write(tx, ctx, [{ row, current }]);
      return row;
    }),
  );
}

/** Takes a holiday out of the calendar. Refusals: not_found, version_mismatch, never_open. */
export async function deleteHoliday(ctx: Ctx, id: string): Promise<HolidayRow> {
  return inTransaction(ctx, (tx) =>
    changeCalendar(tx, ctx.shop.id, async () => {
      const row = await getHolidayRow(tx, ctx.shop.id, id);
      checkVersion(ctx, row);
      await deleteHolidayRow(tx, row);
      await tell(tx, ctx, calendarEvents.holidayDeleted, [row]);
      return row;
    }),
  );
}

/** What became of one holiday of many: written, or refused. */
export type HolidayOutcome =
  | { readonly row: HolidayRow; readonly isNew: boolean; readonly problem?: never }
  | { readonly row?: never; readonly isNew?: never; readonly problem: Problem };

export type HolidayUpsert = NewHolidayInput & { readonly externalId: string };

/** Adds or changes holidays by external id, all in one transaction. Refusals: those of upsertHolidays. */
export async function bulkUpsertHolidays(
  ctx: Ctx,
  mode: 'atomic' | 'perItem',
  items: readonly HolidayUpsert[],
): Promise<{ mode: 'atomic' | 'perItem'; outcomes: HolidayOutcome[] }> {
  return inTransaction(ctx, async (tx) => ({ mode, outcomes: await upsertHolidays(tx, ctx, mode, items) }));
}

/**
 * Adds or changes holidays by external id, what an item does not name as for a new one. `atomic` refuses all when one cannot be
 * written (holiday_inconsistent); `perItem` writes the others. Refuses as a whole what the calendar cannot take: too_many_holidays,
 * never_open.
 */
export function upsertHolidays(
  tx: Tx,
  ctx: Ctx,
  mode: 'atomic' | 'perItem',
  items: readonly HolidayUpsert[],
): Promise<HolidayOutcome[]> {
  return changeCalendar(tx, ctx.shop.id, async () => {
    const ids = items.map(({ externalId }) => externalId);
    const known = new Map(
      (await findHolidaysByExternalId(tx, ctx.shop.id, ids)).map((row) => [row.externalId, row]),
    );
    const seen = new Set<string>();
    const wanted = items.map((item) => {
      const fields = holidayOf(item);
      const isRepeated = seen.size === seen.add(item.externalId).size;
      const problem = isRepeated ? repeated() : faultOf(fields);
      const current = known.get(item.externalId);
      const row = current ? changedHoliday(ctx, current, fields) : newHoliday(ctx, fields);
      return { row, current, problem };
    });
    if (mode === 'atomic') refuseAll(wanted.map(({ problem }) => problem));
    await write(
      tx,
      ctx,
      wanted.filter(({ problem }) => !problem),
    );
    return wanted.map(
      ({ row, current, problem }): HolidayOutcome => (problem ? { problem } : { row, isNew: !current }),
    );
  });
}

const repeated = () =>
  calendarErrors.holiday_inconsistent('An earlier item of the request has this externalId.', {
    pointer: '/externalId',
  });

function refuseAll(problems: readonly (Problem | undefined)[]): void {
  const violations = problems.flatMap((problem, index) =>
    (problem?.violations ?? []).map(
      (found): Violation => ({ ...found, pointer: `/items/${index}${found.pointer}` }),
    ),
  );
  if (violations.length === 0) return;
  const detail = 'An item was refused, so nothing was written.';
  throw calendarErrors.holiday_inconsistent(detail, { violations: violations.slice(0, 100) });
}

function faultOf(fields: HolidayFields): Problem | undefined {
  const faults = findHolidayFaults(fields);
  if (faults.length === 0) return undefined;
  const { code } = calendarErrors.holiday_inconsistent;
  const violations = faults.map((fault) => ({ in: 'body' as const, code, ...fault }));
  return calendarErrors.holiday_inconsistent(undefined, { violations });
}

function accept(fields: HolidayFields): HolidayFields {
  const problem = faultOf(fields);
  if (problem) throw problem;
  return fields;
}

const fieldsOf = (row: HolidayRow): HolidayFields => ({
  externalId: row.externalId,
  name: row.name,
  startsOn: row.startsOn,
  endsOn: row.endsOn,
  recursYearly: row.recursYearly,
  openings: row.openings,
});

const newHoliday = (ctx: Ctx, fields: HolidayFields): HolidayRow => ({
  shopId: ctx.shop.id,
  id: newId(),
  ...fields,
  openings: [...fields.openings],
  version: 1,
  createdAt: ctx.now,
  updatedAt: ctx.now,
});

const changedHoliday = (ctx: Ctx, current: HolidayRow, fields: HolidayFields): HolidayRow =>
  isDeepStrictEqual(fieldsOf(current), fields)
    ? current
    : {
        ...current,
        ...fields,
        openings: [...fields.openings],
        version: current.version + 1,
        updatedAt: ctx.now,
      };

/** Writes what is new or changed, under the calendar's lock. */
async function write(
  tx: Tx,
  ctx: Ctx,
  wanted: readonly { readonly row: HolidayRow; readonly current: HolidayRow | undefined }[],
): Promise<void> {
  const created = wanted.filter(({ current }) => !current).map(({ row }) => row);
  const updated = wanted.filter(({ row, current }) => current && row !== current).map(({ row }) => row);
  await writeHolidays(tx, [...created, ...updated]);
  await tell(tx, ctx, calendarEvents.holidayCreated, created);
  await tell(tx, ctx, calendarEvents.holidayUpdated, updated);
}

const tell = (
  tx: Tx,
  ctx: Ctx,
  kind: EventDefinition<typeof calendarEvents.holidayCreated.data>,
  rows: readonly HolidayRow[],
): Promise<void> =>
  appendEvents(
    tx,
    ctx,
    rows.map(({ id, externalId, name, startsOn, endsOn, recursYearly }) =>
      eventRow(ctx, kind, id, { externalId, name, startsOn, endsOn, recursYearly }),
    ),
  );

import { and, eq, gte, lte, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { onConflict } from '../../platform/db/constraints.ts';
import { createKeyset } from '../../platform/db/keyset.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { recordsJson } from '../../platform/db/records.ts';
import { platformErrors } from '../../platform/errors.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { calendarErrors } from './errors.ts';
import { type HolidayRow, holidays } from './tables.ts';

/** A holiday, or `not_found`. */
export async function getHolidayRow(on: Reader, shopId: string, id: string): Promise<HolidayRow> {
  const [row] = await on
    .select()
    .from(holidays)
    .where(and(eq(holidays.shopId, shopId), eq(holidays.id, id)));
  if (!row) throw platformErrors.not_found();
  return row;
}

/** The holidays of these external ids. By holidays_external_id_key. */
export const findHolidaysByExternalId = (
  on: Reader,
  shopId: string,
  externalIds: readonly string[],
): Promise<HolidayRow[]> =>
  on
    .select()
    .from(holidays)
    .where(
      and(
        eq(holidays.shopId, shopId),
        sql`${holidays.externalId} = any(${sql.param([...externalIds])}::text[])`,
      ),
    );

const upsert = preparedSql<{ id: string }>(
  'upsert_holidays',
  `insert into holidays select * from jsonb_populate_recordset(null::holidays, $1::jsonb)
   on conflict (shop_id, id) do update set external_id = excluded.external_id, name = excluded.name,
     starts_on = excluded.starts_on, ends_on = excluded.ends_on, recurs_yearly = excluded.recurs_yearly,
     openings = excluded.openings, version = excluded.version, updated_at = excluded.updated_at returning id`,
);

/** Writes holidays, new ones and changed ones, under the calendar's lock. */
export async function writeHolidays(tx: Tx, rows: readonly HolidayRow[]): Promise<void> {
  if (rows.length === 0) return;
  await onConflict(upsert(tx, [recordsJson(holidays, rows)]), 'holidays_external_id_key', () =>
    calendarErrors.holiday_external_id_taken(undefined, { pointer: '/externalId' }),
  );
}

export const deleteHolidayRow = async (tx: Tx, { shopId, id }: HolidayRow): Promise<void> =>
  void (await tx.delete(holidays).where(and(eq(holidays.shopId, shopId), eq(holidays.id, id))));

export interface HolidayQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly startsOnFrom?: string;
  readonly startsOnTo?: string;
}

/** Along holidays_starts_on_idx. */
const keyset = createKeyset({
  name: 'holidays',
  table: holidays,
  filters: {
    startsOnFrom: (value) => gte(holidays.startsOn, value),
    startsOnTo: (value) => lte(holidays.startsOn, value),
  },
  sorts: { startsOn: { columns: [holidays.startsOn, holidays.id], direction: 'asc' } },
});

/** Holidays in the order of their first day. */
export function listHolidayRows(on: Reader, shopId: string, query: HolidayQuery): Promise<Page<HolidayRow>> {
  const { startsOnFrom, startsOnTo } = query;
  return keyset(on, { shopId, page: query, sort: 'startsOn', filters: { startsOnFrom, startsOnTo } });
}

import type { Ctx } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { calendarErrors } from './errors.ts';
import type { CalendarFile } from './file-rules.ts';
import { type HolidayOutcome, upsertHolidays } from './holidays.ts';
import { dayOf } from './hours-rules.ts';

export interface FileImport {
  readonly outcomes: readonly HolidayOutcome[];
  readonly file: Pick<CalendarFile, 'skipped' | 'expandedFromOn' | 'expandedToOn'>;
}

/**
 * Takes the whole days of an iCalendar file in as holidays, under the ids that the file gives them: the same file again changes
 * nothing. Refusals: calendar_file_not_readable, too_many_holidays, never_open.
 */
export async function importHolidays(ctx: Ctx, { text }: { text: string }): Promise<FileImport> {
  const year = Number(dayOf(ctx.shop.timezone, ctx.now).slice(0, 4));
  // The reader of such files is three megabytes, which most processes never need.
  const { readCalendarFile } = await import('./file-rules.ts');
  const file = readCalendarFile(text, year);
  if (!file) throw calendarErrors.calendar_file_not_readable(undefined, { pointer: '/text' });
  return inTransaction(ctx, async (tx) => ({
    outcomes: await upsertHolidays(tx, ctx, 'perItem', file.holidays),
    file,
  }));
}

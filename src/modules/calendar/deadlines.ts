import type { Ctx } from '../../platform/context.ts';
import type { Problem } from '../../platform/errors.ts';
import type { CalendarDay } from './calendar-rules.ts';
import { dayNumberOf, FIRST_DAY, LAST_DAY } from './day-rules.ts';
import { calendarErrors } from './errors.ts';
import { addBusinessMinutes, isOpenAt, nextClosing, nextOpening } from './hours-rules.ts';
import { loadCalendar } from './load.ts';

/** A moment of the shop: whether it is open, and when that ends. */
export interface OpenState {
  readonly at: Date;
  readonly isOpen: boolean;
  readonly opensAt: Date | null;
  readonly closesAt: Date | null;
}

/** Whether the shop is open at its now, and until or from when. */
export async function readOpenState(ctx: Ctx): Promise<OpenState> {
  const calendar = await loadCalendar(ctx.db, ctx.shop);
  return {
    at: ctx.now,
    isOpen: isOpenAt(calendar, ctx.now),
    opensAt: nextOpening(calendar, ctx.now) ?? null,
    closesAt: nextClosing(calendar, ctx.now) ?? null,
  };
}

export interface Deadline {
  readonly from: Date;
  readonly minutes: number;
  readonly deadline: Date;
}

function tooFar(): Problem {
  const { code, title } = calendarErrors.deadline_too_far;
  const violation = { in: 'query', pointer: '/minutes', code, detail: title } as const;
  return calendarErrors.deadline_too_far(undefined, { violations: [violation] });
}

function outOfRange(pointer: string, detail: string): Problem {
  const violation = { in: 'query', pointer, code: 'days_out_of_range', detail } as const;
  return calendarErrors.days_out_of_range(undefined, { violations: [violation] });
}

/** When the shop has been open for so many minutes. Refusals: deadline_too_far, days_out_of_range. */
export async function readDeadline(ctx: Ctx, query: { from?: string; minutes: number }): Promise<Deadline> {
  const from = query.from === undefined ? ctx.now : new Date(query.from);
  const day = from.toISOString().slice(0, 10);
  if (day < FIRST_DAY || day > LAST_DAY)
    throw outOfRange('/from', `must be from ${FIRST_DAY} to ${LAST_DAY}`);
  const calendar = await loadCalendar(ctx.db, ctx.shop);
  const deadline = addBusinessMinutes(calendar, from, query.minutes);
  if (!deadline) throw tooFar();
  return { from, minutes: query.minutes, deadline };
}

const MOST_DAYS = 366;

/** The days of the shop from one to another, both included. Refusal: days_out_of_range. */
export async function readDays(ctx: Ctx, { from, to }: { from: string; to: string }): Promise<CalendarDay[]> {
  const [first, last] = [dayNumberOf(from), dayNumberOf(to)];
  if (from < FIRST_DAY || to > LAST_DAY || last < first || last - first >= MOST_DAYS) {
    const detail = `must be from ${FIRST_DAY} to ${LAST_DAY}, in this order, and at most ${MOST_DAYS} days`;
    throw outOfRange('/to', detail);
  }
  const calendar = await loadCalendar(ctx.db, ctx.shop);
  return Array.from({ length: last - first + 1 }, (_, index) => calendar.dayAt(first + index));
}

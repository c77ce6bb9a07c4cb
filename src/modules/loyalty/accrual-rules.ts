import { dayIn, startOfDay } from '../../platform/days.ts';
import { maxOf, minOf } from '../../platform/money.ts';
import { DAY_MS } from '../../platform/time.ts';
import { afterWholeDays } from './expiry-rules.ts';

/** What a line earned and what of that it has lost. Amounts are minor units. */
export interface AccruedLine {
  readonly basisAmount: bigint;
  readonly earnedPoints: bigint;
  readonly unearnedPoints: bigint;
}

/** What is left of a line. */
export interface LineLeft {
  readonly amount: bigint;
  /** None of its units is left. */
  readonly isGone: boolean;
}

/**
 * How many points of a line are not earned any more, in all. They go with the money, rounded down, and all of them with the last unit; so
 * one unit and then two of three take the same as three at once. Of 29 points for 19.99, a line that is worth 10.00 has lost 14.
 */
export function decideUnearned(line: AccruedLine, { amount, isGone }: LineLeft): bigint {
  if (isGone) return line.earnedPoints;
  if (line.basisAmount === 0n) return line.unearnedPoints;
  const goneAmount = line.basisAmount - minOf(amount, line.basisAmount);
  return maxOf(line.unearnedPoints, (line.earnedPoints * goneAmount) / line.basisAmount);
}

/**
 * What a line has to cost to keep its points when the shop gives some of its money away as a favour: the same part of the basis as of what
 * is left, rounded down. 10.00 of which 8.00 are left and 2.00 are given away are 7.50 for 6.00.
 */
export const basisAfterFavour = (basisAmount: bigint, before: bigint, after: bigint): bigint =>
  before === 0n ? basisAmount : maxOf(after, (basisAmount * after) / before);

/** When the points of an order can be spent: so many whole days after it has arrived, or after it was paid while nobody says so. */
export function decideActivation(
  timezone: string,
  { paidAt, deliveredAt }: { readonly paidAt: Date; readonly deliveredAt: Date | null },
  { pendingDays, latestPendingDays }: { readonly pendingDays: number; readonly latestPendingDays: number },
): Date {
  const [from, days] = deliveredAt ? [deliveredAt, pendingDays] : [paidAt, latestPendingDays];
  return afterWholeDays(timezone, from, days);
}

/** The day, month or year of an instant in the shop's zone: from its first instant until that of the next. */
export function periodOf(
  timezone: string,
  period: 'day' | 'month' | 'year',
  at: Date,
): { readonly from: Date; readonly until: Date } {
  const day = dayIn(timezone, at);
  const date = new Date(day * DAY_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const daysOf = {
    day: [day, day + 1],
    month: [Date.UTC(year, month, 1) / DAY_MS, Date.UTC(year, month + 1, 1) / DAY_MS],
    year: [Date.UTC(year, 0, 1) / DAY_MS, Date.UTC(year + 1, 0, 1) / DAY_MS],
  } as const;
  const [first, next] = daysOf[period];
  return { from: startOfDay(timezone, first), until: startOfDay(timezone, next) };
}

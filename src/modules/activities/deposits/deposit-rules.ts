import { dayIn, startOfDay } from '../../../platform/days.ts';
import { DAY_MS } from '../../../platform/time.ts';

/** A part in which a deposit comes back, as it is planned. */
export interface PlannedPart {
  readonly number: number;
  /** Minor units. */
  readonly partAmount: bigint;
  /** Since 1970-01-01, in the shop's time zone. */
  readonly dueDay: number;
  /** When that day begins. */
  readonly collectableAt: Date;
}

/** The last day of the month that comes so many months after that of a day. Days are counted from 1970-01-01. */
export function lastDayAfter(day: number, months: number): number {
  const at = new Date(day * DAY_MS);
  return Math.round(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months + 1, 0) / DAY_MS);
}

/**
 * How a deposit that is paid at a moment comes back: monthly, the first part on the last day of the month after, each as large as the
 * others, and the odd cents one by one with the first. 1,880.00 in 24 parts: eight of 78.34 and sixteen of 78.33.
 */
export function planParts(
  { depositAmount, instalments }: { readonly depositAmount: bigint; readonly instalments: number },
  { timezone, paidAt }: { readonly timezone: string; readonly paidAt: Date },
): PlannedPart[] {
  const [each, odd] = [depositAmount / BigInt(instalments), depositAmount % BigInt(instalments)];
  const paidDay = dayIn(timezone, paidAt);
  return Array.from({ length: instalments }, (_, at) => {
    const dueDay = lastDayAfter(paidDay, at + 1);
    const partAmount = each + (BigInt(at) < odd ? 1n : 0n);
    return { number: at + 1, partAmount, dueDay, collectableAt: startOfDay(timezone, dueDay) };
  });
}

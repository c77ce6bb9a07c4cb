import { after, DAY_MS } from '../../platform/time.ts';
import type { Problem } from '../../platform/errors.ts';
import { orderErrors } from './errors.ts';
import type { FulfilmentState, OrderStatus, PaymentStanding, PaymentTerms } from './states.ts';

/** When things happened to an order that was made elsewhere. */
export interface ImportDates {
  readonly placedAt: Date;
  readonly paidAt: Date | null;
  readonly shippedAt: Date | null;
  readonly deliveredAt: Date | null;
  readonly completedAt: Date | null;
  readonly cancelledAt: Date | null;
}

export interface ImportStanding {
  readonly status: OrderStatus;
  readonly paymentState: PaymentStanding;
  readonly fulfilmentState: FulfilmentState;
  readonly lapseDueAt: Date | null;
  readonly completeDueAt: Date | null;
}

const ORDER = ['placedAt', 'paidAt', 'shippedAt', 'deliveredAt', 'completedAt'] as const;

/** What is impossible about the dates, if anything: out of order, in the future, or without what must come before. */
export function findDateFault(dates: ImportDates, terms: PaymentTerms, now: Date): Problem | undefined {
  const fault = (field: keyof ImportDates, detail: string) =>
    orderErrors.import_inconsistent(detail, { pointer: `/${field}` });
  for (const [field, date] of Object.entries(dates) as [keyof ImportDates, Date | null][]) {
    if (date && date > now) return fault(field, 'lies in the future of the shop');
    if (date && date < dates.placedAt) return fault(field, 'is before the order was placed');
  }
  if (dates.shippedAt && !dates.paidAt && terms === 'prepaid')
    return fault('shippedAt', 'a prepaid order ships when it is paid');
  if (dates.deliveredAt && !dates.shippedAt) return fault('deliveredAt', 'needs shippedAt');
  if (dates.completedAt && !(dates.deliveredAt && dates.paidAt))
    return fault('completedAt', 'needs deliveredAt and paidAt');
  if (dates.cancelledAt && dates.shippedAt) return fault('cancelledAt', 'a shipped order is not cancelled');
  if (dates.cancelledAt && dates.paidAt && dates.paidAt > dates.cancelledAt)
    return fault('cancelledAt', 'is before paidAt');
  if (dates.completedAt && dates.paidAt && dates.paidAt > dates.completedAt)
    return fault('completedAt', 'is before paidAt');
  // Only a prepaid order must be paid before it ships; the rest of the order is the same for all.
  const known = ORDER.filter((field) => field !== 'paidAt' || terms === 'prepaid').filter(
    (field) => dates[field],
  );
  for (const [index, field] of known.entries()) {
    const before = known[index - 1];
    if (before && (dates[field] as Date) < (dates[before] as Date))
      return fault(field, `is before ${before}`);
  }
  return undefined;
}

interface ImportTerms {
  readonly lapseMs: number;
  readonly autoCompleteDays: number;
  readonly terms: PaymentTerms;
  readonly totalAmount: bigint;
}

/** Where an imported order stands, from its dates; what is still open gets its time to run from now on. */
export function decideStanding(
  dates: ImportDates,
  { lapseMs, autoCompleteDays, terms, totalAmount }: ImportTerms,
  now: Date,
): ImportStanding {
  const isPaid = dates.paidAt !== null || totalAmount === 0n;
  const isOpen = !dates.cancelledAt && !isPaid && !dates.shippedAt;
  const isWaiting = dates.deliveredAt !== null && isPaid && !dates.completedAt;
  return {
    status: decideStatus(dates, isPaid),
    paymentState: decidePayment(dates, isPaid, totalAmount),
    fulfilmentState: dates.shippedAt ? 'fulfilled' : 'unfulfilled',
    lapseDueAt: isOpen && terms === 'prepaid' ? after(now, lapseMs) : null,
    completeDueAt:
      isWaiting && dates.deliveredAt ? after(dates.deliveredAt, autoCompleteDays * DAY_MS) : null,
  };
}

function decideStatus(dates: ImportDates, isPaid: boolean): OrderStatus {
  if (dates.cancelledAt) return 'cancelled';
  if (dates.completedAt) return 'completed';
  if (dates.deliveredAt) return 'delivered';
  if (dates.shippedAt) return 'shipped';
  return isPaid ? 'paid' : 'pending';
}

function decidePayment(dates: ImportDates, isPaid: boolean, totalAmount: bigint): PaymentStanding {
  // A cancelled order that was paid counts as given back: it was settled where it came from.
  if (dates.cancelledAt && dates.paidAt && totalAmount > 0n) return 'refunded';
  return isPaid ? 'paid' : 'unpaid';
}

import { maxOf, minOf, shareOf } from '../../../platform/money.ts';
import { amountDue } from '../rules.ts';
import type { Order } from '../tables.ts';
import type { DuePart, OrderDue } from './tables.ts';

/** What is open of an order on account; 0 of any other, and of one that is cancelled. Minor units. */
export const openOnAccount = (order: Order): bigint =>
  order.terms === 'on_account' && order.customerId !== null && order.status !== 'cancelled'
    ? amountDue(order)
    : 0n;

/** The parts of an order by its terms, without those of nothing: 0.50 with a deposit of 25.5 % is 0.13 and 0.37. */
export function partsByTerms(
  totalAmount: bigint,
  depositShareBps: number,
): { part: DuePart; amount: bigint }[] {
  const deposit = shareOf(totalAmount, depositShareBps);
  const parts = [
    { part: 'deposit' as const, amount: deposit },
    { part: 'rest' as const, amount: totalAmount - deposit },
  ];
  return parts.filter(({ amount }) => amount > 0n);
}

/**
 * What is open of the parts of an order: what was paid counts for the deposit first. Of 100.00 with a deposit of 30.00, of which 40.00 are
 * paid, 0.00 of the deposit and 60.00 of the rest are open.
 */
export function openPartsOf<D extends Pick<OrderDue, 'part' | 'amount'>>(
  order: Order,
  dues: readonly D[],
): (D & { readonly openAmount: bigint })[] {
  const open = openOnAccount(order);
  const rest = dues.find(({ part }) => part === 'rest')?.amount ?? 0n;
  const deposit = dues.find(({ part }) => part === 'deposit')?.amount ?? 0n;
  // What is open beyond the rest is of the deposit, which is never more than it was.
  const openDeposit = minOf(deposit, maxOf(0n, open - rest));
  return dues.map((due) => ({
    ...due,
    openAmount: due.part === 'deposit' ? openDeposit : open - openDeposit,
  }));
}

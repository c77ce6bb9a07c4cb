import { minOf } from '../../platform/money.ts';
import { badDebts, clearing, goodwill, priceDifferences, receivable, sales } from '../ledger/accounts.ts';
import { credit, debit, type Leg } from '../ledger/rules.ts';
import type { Order } from './tables.ts';

type Booked = Pick<
  Order,
  | 'status'
  | 'totalAmount'
  | 'paidAmount'
  | 'refundedAmount'
  | 'settledAmount'
  | 'goodwillAmount'
  | 'settledRefundAmount'
  | 'chargedAmount'
  | 'creditedAmount'
  | 'writtenOffAmount'
>;

/** What an order charges its buyer, without what it does not cost any more: nothing, once it is cancelled. */
const chargedBy = ({ status, totalAmount, chargedAmount, creditedAmount }: Booked): bigint =>
  status === 'cancelled' ? 0n : totalAmount + chargedAmount - creditedAmount;
/** The part of what was paid that pays for it; the rest is the buyer's, and on its way back. */
const appliedTo = (order: Booked): bigint =>
  minOf(order.paidAmount - order.refundedAmount + order.settledRefundAmount, chargedBy(order));
/** What settlements gave, but for goodwill; with the price goes what was given back of it. */
const differencesOf = ({ status, settledAmount, goodwillAmount }: Booked): bigint =>
  status === 'cancelled' ? 0n : settledAmount - goodwillAmount;
const goodwillOf = ({ status, goodwillAmount }: Booked): bigint =>
  status === 'cancelled' ? 0n : goodwillAmount;

/**
 * How the books of an order move from one state to the next. An order of 5,400 is a debit of 5,400 to its receivable and a
 * credit to sales. A payment of 6,000 for it (which the payment itself has put into clearing) takes 5,400 out of clearing and
 * pays the receivable; 600 stay in clearing until they are back with the buyer. Cancelling it takes back 5,400 of sales and
 * puts them into clearing. A settlement of 600 for a price that fell is an expense of 600 that stands in clearing until it is
 * paid; an order that is cancelled afterwards takes that back, too, because only 4,800 are left to give back. One of two units
 * that is cancelled instead takes 2,400 of sales back, which is what goes back for it. What is written off is an expense, and owed
 * no more: the sale was one.
 */
export function decideLegs(orderId: string, before: Booked | undefined, after: Booked): Leg[] {
  const charged = chargedBy(after) - (before ? chargedBy(before) : 0n);
  const applied = appliedTo(after) - (before ? appliedTo(before) : 0n);
  const differences = differencesOf(after) - (before ? differencesOf(before) : 0n);
  const writtenOff = after.writtenOffAmount - (before?.writtenOffAmount ?? 0n);
  const given = goodwillOf(after) - (before ? goodwillOf(before) : 0n);
  return [
    debit(receivable(orderId), charged - applied - writtenOff),
    credit(sales(), charged),
    debit(clearing(orderId), applied - differences - given),
    debit(priceDifferences(), differences),
    debit(goodwill(), given),
    debit(badDebts(), writtenOff),
  ];
}

import { minOf } from '../../platform/money.ts';
import { paymentStates } from './states.ts';
import type { Payment } from './tables.ts';

/** The state after a provider's statement, or undefined when it tells nothing new (late, repeated, out of order). */
export function decideState(
  state: Payment['state'],
  kind: 'succeeded' | 'processing' | 'failed',
): Payment['state'] | undefined {
  return paymentStates.canMove(state, kind) ? kind : undefined;
}

interface Refundable {
  readonly id: string;
  readonly amount: bigint;
  readonly refundedAmount: bigint;
}

/**
 * Spreads a refund over the payments that it came from, newest first.
 * 1,500 over [newest 1,000, oldest 900] is 1,000 and 500. Undefined when they do not hold enough.
 */
export function spreadRefund<T extends Refundable>(
  amount: bigint,
  newestFirst: readonly T[],
): { payment: T; amount: bigint }[] | undefined {
  let rest = amount;
  const parts = newestFirst.flatMap((payment) => {
    const part = minOf(rest, payment.amount - payment.refundedAmount);
    rest -= part;
    return part > 0n ? [{ payment, amount: part }] : [];
  });
  return rest > 0n ? undefined : parts;
}

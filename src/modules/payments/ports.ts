import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { definePort } from '../../platform/ports.ts';
import type { Account } from '../ledger/accounts.ts';
import type { PaymentProvider } from './providers/provider.ts';
import type { Payment } from './tables.ts';

/** What can be paid for. Its row is locked before the payment's, so that two outcomes never wait crosswise. */
export interface PaymentSubject {
  lock(tx: Tx, ctx: Ctx, subjectId: string): Promise<void>;
  /** The account that its buyer's money stands in while it is neither the price nor back with them. */
  clearing(tx: Tx, ctx: Ctx, subjectId: string): Promise<Account>;
  /** The customer whose it is, now: the survivor, when they were merged. Null when it is nobody's. */
  payer(tx: Tx, ctx: Ctx, subjectId: string): Promise<string | null>;
  /** What it costs, and what it would cost without any discount; absent where nothing is taken off. */
  pricesOf?(
    tx: Tx,
    ctx: Ctx,
    subjectId: string,
  ): Promise<{ readonly totalAmount: bigint; readonly listAmount: bigint }>;
  onSucceeded(tx: Tx, ctx: Ctx, payment: Payment): Promise<void>;
  onFailed(tx: Tx, ctx: Ctx, payment: Payment): Promise<void>;
}

/** Ways to pay that are built on payments and so come after it. */
export const paymentProviders = definePort<readonly PaymentProvider[]>('payments.providers');

export const paymentSubjects = definePort<Record<string, PaymentSubject>>('payments.subjects');

/** The subject's side of a payment. */
export function subjectOf(payment: Pick<Payment, 'subjectType'>): PaymentSubject {
  const subject = paymentSubjects.get()[payment.subjectType];
  if (!subject) throw new Error(`nothing takes payments for ${payment.subjectType}`);
  return subject;
}

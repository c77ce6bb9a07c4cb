import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { funds } from '../ledger/accounts.ts';
import { post, reverse } from '../ledger/post.ts';
import { credit, debit } from '../ledger/rules.ts';
import { subjectOf } from './ports.ts';
import type { Payment, Refund } from './tables.ts';

/** Money came in: it is the buyer's until the subject takes it for its price. */
export async function postCapture(tx: Tx, ctx: Ctx, payment: Payment): Promise<void> {
  const clearing = await subjectOf(payment).clearing(tx, ctx, payment.subjectId);
  await post(tx, ctx, {
    kind: 'payment_captured',
    subject: payment.id,
    legs: [debit(funds(payment.provider), payment.amount), credit(clearing, payment.amount)],
    ...(payment.succeededAt ? { effectiveAt: payment.succeededAt } : {}),
  });
}

const refundSubject = ({ id, attempt }: Pick<Refund, 'id' | 'attempt'>): string => `${id}:${attempt}`;

/** A refund arrived: by its provider, or as staff says from the till. */
export async function postRefund(tx: Tx, ctx: Ctx, refund: Refund, provider: string): Promise<void> {
  const clearing = await subjectOf(refund).clearing(tx, ctx, refund.subjectId);
  await post(tx, ctx, {
    kind: 'refund_paid',
    subject: refundSubject(refund),
    legs: [debit(clearing, refund.amount), credit(funds(provider), refund.amount)],
  });
}

/** The bank sent a refund back: the money is the buyer's again, and on no way to them. */
export const takeBackRefund = (tx: Tx, ctx: Ctx, refund: Refund): Promise<void> =>
  reverse(tx, ctx, 'refund_paid', refundSubject(refund));

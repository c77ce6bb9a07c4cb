import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { type Account, funds } from '../ledger/accounts.ts';
import { post, reverse, type TransferInput } from '../ledger/post.ts';
import { credit, debit } from '../ledger/rules.ts';
import { paymentErrors } from './errors.ts';
import { subjectOf } from './ports.ts';
import { providerOf } from './providers/registry.ts';
import type { Payment, Refund } from './tables.ts';

/** Money came in: it is the buyer's until the subject takes it for its price. Refusals: those of stored value. */
export async function postCapture(tx: Tx, ctx: Ctx, payment: Payment): Promise<void> {
  const clearing = await subjectOf(payment).clearing(tx, ctx, payment.subjectId);
  const source = await sourceOf(tx, ctx, payment, 'spent');
  await postBetween(
    tx,
    ctx,
    { payment, source, kind: 'spent' },
    {
      kind: 'payment_captured',
      subject: payment.id,
      legs: [debit(source, payment.amount), credit(clearing, payment.amount)],
      ...(payment.succeededAt ? { effectiveAt: payment.succeededAt } : {}),
    },
  );
}

const refundSubject = ({ id, attempt }: Pick<Refund, 'id' | 'attempt'>): string => `${id}:${attempt}`;

/** A refund of a payment arrived: by its provider, or as staff says from the till. */
export async function postRefund(tx: Tx, ctx: Ctx, refund: Refund, payment: Payment): Promise<void> {
  const clearing = await subjectOf(refund).clearing(tx, ctx, refund.subjectId);
  const source = await sourceOf(tx, ctx, payment, 'refunded');
  await postBetween(
    tx,
    ctx,
    { payment, source, kind: 'refunded' },
    {
      kind: 'refund_paid',
      subject: refundSubject(refund),
      legs: [debit(clearing, refund.amount), credit(source, refund.amount)],
    },
  );
}

/** Where the money of a payment comes from and goes back to: what the payer keeps here, or the shop's funds with its provider. */
async function sourceOf(tx: Tx, ctx: Ctx, payment: Payment, kind: 'spent' | 'refunded'): Promise<Account> {
  const { storedValue } = providerOf(payment);
  if (!storedValue) return funds(payment.provider);
  const payerId = await subjectOf(payment).payer(tx, ctx, payment.subjectId);
  const account = await storedValue.accountOf(tx, ctx, { payment, payerId, kind });
  if (account) return account;
  throw paymentErrors.provider_not_available('Only a customer has stored value.', { pointer: '/provider' });
}

async function postBetween(
  tx: Tx,
  ctx: Ctx,
  move: { readonly payment: Payment; readonly source: Account; readonly kind: 'spent' | 'refunded' },
  transfer: TransferInput,
): Promise<void> {
  const entries = await post(tx, ctx, transfer);
  const { payment, source, kind } = move;
  const { storedValue } = providerOf(payment);
  const entry = entries.find(
    ({ account, ownerId }) => account === source.account && ownerId === source.owner,
  );
  if (storedValue && entry) await storedValue.onMoved(tx, ctx, payment, entry, kind);
}

/** The bank sent a refund back: the money is the buyer's again, and on no way to them. */
export const takeBackRefund = (tx: Tx, ctx: Ctx, refund: Refund): Promise<void> =>
  reverse(tx, ctx, 'refund_paid', refundSubject(refund));

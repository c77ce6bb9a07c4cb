import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { newId } from '../../platform/ids.ts';
import { enqueue } from '../../platform/jobs/queue.ts';
import { enqueueCancel, recordStatement } from './outcomes.ts';
import { postCapture } from './postings.ts';
import { chooseProvider, isCalled } from './providers/registry.ts';
import {
  closeOpenPayments,
  closeOpenPaymentsOfOrder,
  getPayment,
  insertPayment,
  listPaymentsOf,
} from './repository.ts';
import { decideReconcileAt } from './rules.ts';
import type { Payment } from './tables.ts';

export { listPaymentsOf, listPaymentsOfOrder } from './repository.ts';

export interface AttemptInput {
  readonly subjectType: string;
  readonly subjectId: string;
  /** The order whose price it pays. */
  readonly orderId: string | null;
  readonly provider: string;
  /** Minor units, more than zero. */
  readonly amount: bigint;
  /** What staff wrote on the receipt; the simulator's orders. */
  readonly reference?: string | undefined;
  readonly options?: Record<string, unknown>;
}

/**
 * Opens the next attempt to take an amount. The caller holds the subject's lock, so numbers do not collide. A manual
 * payment and one by stored value succeed at once; any other is handed to its provider after commit. Refusals:
 * provider_not_available, what the provider never takes, and insufficient_balance by stored value.
 */
export async function startPayment(tx: Tx, ctx: Ctx, input: AttemptInput): Promise<Payment> {
  const provider = await chooseProvider(tx, ctx.shop, input.provider);
  const [newest] = await listPaymentsOf(tx, ctx.shop.id, input.subjectType, input.subjectId);
  const payment: Payment = {
    shopId: ctx.shop.id,
    id: newId(),
    subjectType: input.subjectType,
    subjectId: input.subjectId,
    orderId: input.orderId,
    attemptNumber: (newest?.attemptNumber ?? 0) + 1,
    provider: provider.name,
    state: 'created',
    amount: input.amount,
    refundedAmount: 0n,
    currency: ctx.shop.currency,
    reference: input.reference ?? null,
    failureCode: null,
    clientSecret: null,
    providerStatus: null,
    providerSaidAt: null,
    reconcileDueAt: isCalled(provider) ? decideReconcileAt(ctx.now, 0) : null,
    reconciles: 0,
    options: input.options ?? {},
    createdAt: ctx.now,
    succeededAt: null,
    version: 1,
  };
  provider.checkCharge?.(payment);
  await insertPayment(tx, payment);
  if (isCalled(provider)) {
    await enqueue(
      tx,
      'payments.charge',
      { shopId: ctx.shop.id, paymentId: payment.id },
      { key: `charge:${payment.id}` },
    );
    return payment;
  }
  await recordStatement(tx, ctx, payment, {
    paymentId: payment.id,
    eventId: `${provider.name}-${payment.id}`,
    kind: 'succeeded',
    reference: payment.reference,
    failureCode: null,
  });
  return getPayment(tx, ctx.shop.id, payment.id);
}

/**
 * Gives up the attempts that are still open, because their subject is over or paid: one statement when there are none.
 * Their providers are told after commit, so that nobody can pay them any more. Money that a provider took all the same is
 * recorded when it says so, and goes back as a surplus. The caller holds the subject's lock.
 */
export async function cancelOpenPayments(
  tx: Tx,
  ctx: Ctx,
  subjectType: string,
  subjectId: string,
): Promise<void> {
  const closed = await closeOpenPayments(tx, ctx.shop.id, subjectType, subjectId);
  for (const paymentId of closed) await enqueueCancel(tx, ctx.shop.id, paymentId);
}

/** The same for everything that pays the price of an order, its settlements included, because the order is over. */
export async function cancelOpenPaymentsOfOrder(tx: Tx, ctx: Ctx, orderId: string): Promise<void> {
  const closed = await closeOpenPaymentsOfOrder(tx, ctx.shop.id, orderId);
  for (const paymentId of closed) await enqueueCancel(tx, ctx.shop.id, paymentId);
}

/** Writes down a payment that was taken elsewhere and before, for an imported subject. Its subject is not told. Returns its id. */
export async function recordPastPayment(
  tx: Tx,
  ctx: Ctx,
  input: {
    subjectType: string;
    subjectId: string;
    orderId: string | null;
    amount: bigint;
    reference: string | null;
    succeededAt: Date;
  },
): Promise<string> {
  const { succeededAt, ...rest } = input;
  const payment: Payment = {
    ...rest,
    shopId: ctx.shop.id,
    id: newId(),
    attemptNumber: 1,
    provider: 'manual',
    state: 'succeeded',
    refundedAmount: 0n,
    currency: ctx.shop.currency,
    failureCode: null,
    clientSecret: null,
    providerStatus: null,
    providerSaidAt: null,
    reconcileDueAt: null,
    reconciles: 0,
    options: {},
    createdAt: succeededAt,
    succeededAt,
    version: 1,
  };
  await insertPayment(tx, payment);
  await postCapture(tx, ctx, payment);
  return payment.id;
}

import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { type EventDefinition, eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import { enqueue } from '../../platform/jobs/queue.ts';
import { checkVersion } from '../../platform/versions.ts';
import { paymentErrors } from './errors.ts';
import { paymentEventKinds } from './events.ts';
import { subjectOf } from './ports.ts';
import { providerOf } from './providers/registry.ts';
import { getPayment, getRefund, insertRefund, takeRefundable, updateRefund } from './repository.ts';
import { refundStates } from './states.ts';
import type { Payment, Refund } from './tables.ts';

/**
 * Sets money on its way back along a payment; the caller holds the subject's lock. The provider is called after
 * commit; a manual refund waits until staff confirms that it was handed over.
 */
export async function requestRefund(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  amount: bigint,
  reason: Refund['reason'],
): Promise<Refund> {
  if (!(await takeRefundable(tx, payment, amount)))
    throw new Error(`payment ${payment.id} does not hold ${amount}`);
  const refund: Refund = {
    shopId: ctx.shop.id,
    id: newId(),
    paymentId: payment.id,
    subjectType: payment.subjectType,
    subjectId: payment.subjectId,
    amount,
    currency: payment.currency,
    reason,
    state: 'pending',
    reference: null,
    createdAt: ctx.now,
    finishedAt: null,
    version: 1,
  };
  await insertRefund(tx, refund);
  await tell(tx, ctx, paymentEventKinds.refundRequested, refund);
  if (!providerOf(payment).manual) await enqueueRefund(tx, refund);
  return refund;
}

const enqueueRefund = (tx: Tx, refund: Refund): Promise<void> =>
  enqueue(
    tx,
    'payments.refund',
    { shopId: refund.shopId, refundId: refund.id },
    { key: `refund:${refund.id}` },
  );

/** Writes down how a refund ended; nothing when it had ended already. */
export async function finishRefund(
  tx: Tx,
  ctx: Ctx,
  refund: Refund,
  outcome: { reference: string | null } | { failureCode: string },
): Promise<Refund> {
  const failed = 'failureCode' in outcome;
  const state = failed ? 'failed' : 'succeeded';
  if (!refundStates.canMove(refund.state, state)) return refund;
  const reference = failed ? outcome.failureCode : outcome.reference;
  const finished = await updateRefund(tx, refund, { state, reference, finishedAt: ctx.now });
  await tell(tx, ctx, failed ? paymentEventKinds.refundFailed : paymentEventKinds.refundSucceeded, finished);
  return finished;
}

/** Staff says that a manual or failed refund was given back outside. Refuses one that its provider still works on. */
export async function confirmRefund(
  ctx: Ctx,
  input: { refundId: string; reference: string | null },
): Promise<Refund> {
  return inTransaction(ctx, async (tx) => {
    const refund = await lockRefund(tx, ctx, input.refundId);
    if (refund.state === 'succeeded') return refund;
    if (
      refund.state === 'pending' &&
      !providerOf(await getPayment(tx, refund.shopId, refund.paymentId)).manual
    )
      throw paymentErrors.refund_not_manual();
    return finishRefund(tx, ctx, refund, { reference: input.reference });
  });
}

/** Hands a refund that failed, or that nothing was heard of, to its provider again, under the same key. */
export async function retryRefund(ctx: Ctx, refundId: string): Promise<Refund> {
  return inTransaction(ctx, async (tx) => {
    const refund = await lockRefund(tx, ctx, refundId);
    if (refund.state === 'succeeded') throw paymentErrors.refund_finished();
    const { manual } = providerOf(await getPayment(tx, refund.shopId, refund.paymentId));
    if (manual) return refund;
    const pending = await updateRefund(tx, refund, { state: 'pending', reference: null, finishedAt: null });
    await enqueueRefund(tx, pending);
    return pending;
  });
}

async function lockRefund(tx: Tx, ctx: Ctx, refundId: string): Promise<Refund> {
  const found = await getRefund(tx, ctx.shop.id, refundId);
  await subjectOf(found).lock(tx, ctx, found.subjectId);
  const refund = await getRefund(tx, ctx.shop.id, refundId);
  checkVersion(ctx, refund);
  return refund;
}

const tell = (
  tx: Tx,
  ctx: Ctx,
  kind: EventDefinition<typeof paymentEventKinds.refundRequested.data>,
  refund: Refund,
) =>
  appendEvents(tx, ctx, [
    eventRow(ctx, kind, refund.id, {
      paymentId: refund.paymentId,
      subjectType: refund.subjectType,
      subjectId: refund.subjectId,
      amount: Number(refund.amount),
      currency: refund.currency,
      reason: refund.reason,
    }),
  ]);

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
import { postRefund, takeBackRefund } from './postings.ts';
import { isCalled, providerOf } from './providers/registry.ts';
import {
  findRefund,
  getPayment,
  getRefund,
  insertPaymentEvent,
  insertRefund,
  takeRefundable,
  updateRefund,
} from './repository.ts';
import type { ProviderRefundEvent, RefundOutcome } from './providers/provider.ts';
import { decideReconcileAt, decideRefundState } from './rules.ts';
import { refundStates } from './states.ts';
import type { Payment, Refund } from './tables.ts';

/**
 * Sets money on its way back along a payment; the caller holds the subject's lock. The provider is called after
 * commit; a manual refund waits until staff confirms that it was handed over; stored value is back at once.
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
  const provider = providerOf(payment);
  const refund: Refund = {
    shopId: ctx.shop.id,
    id: newId(),
    paymentId: payment.id,
    subjectType: payment.subjectType,
    subjectId: payment.subjectId,
    orderId: payment.orderId,
    amount,
    currency: payment.currency,
    reason,
    state: 'pending',
    reference: null,
    attempt: 1,
    reconcileDueAt: isCalled(provider) ? decideReconcileAt(ctx.now, 0) : null,
    reconciles: 0,
    createdAt: ctx.now,
    finishedAt: null,
    version: 1,
  };
  await insertRefund(tx, refund);
  await tell(tx, ctx, paymentEventKinds.refundRequested, refund);
  if (provider.storedValue) return finishRefund(tx, ctx, refund, { reference: null });
  if (isCalled(provider)) await enqueueRefund(tx, refund);
  return refund;
}

/** Hands a refund to its provider, after commit. */
const enqueueRefund = (tx: Tx, refund: Refund): Promise<void> =>
  enqueue(
    tx,
    'payments.refund',
    { shopId: refund.shopId, refundId: refund.id },
    { key: `refund:${refund.id}` },
  );

/** Writes down how an attempt at a refund stands, by its provider's word; nothing when that is known or too late. */
export async function recordRefundOutcome(
  tx: Tx,
  ctx: Ctx,
  refund: Refund,
  said: { readonly attempt: number; readonly outcome: RefundOutcome },
): Promise<Refund> {
  const { attempt, outcome } = said;
  if (outcome.kind === 'pending' && refund.state === 'pending' && refund.reference === null)
    return updateRefund(tx, refund, { reference: outcome.reference });
  const state = decideRefundState(refund, { attempt, kind: outcome.kind });
  if (state === undefined || outcome.kind === 'pending') return refund;
  return finishRefund(
    tx,
    ctx,
    refund,
    outcome.kind === 'failed' ? { failureCode: outcome.failureCode } : { reference: outcome.reference },
  );
}

/** A refund failed or succeeded, as a callback says: taken once, under the subject's lock. */
export async function recordRefundStatement(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  event: ProviderRefundEvent,
): Promise<void> {
  await subjectOf(payment).lock(tx, ctx, payment.subjectId);
  const refund = await findRefund(tx, ctx.shop.id, event.refundId);
  if (refund?.paymentId !== payment.id) return;
  const { outcome } = event;
  const isNew = await insertPaymentEvent(tx, {
    shopId: ctx.shop.id,
    id: newId(),
    paymentId: payment.id,
    provider: payment.provider,
    providerEventId: event.eventId,
    kind: `refund_${outcome.kind}`,
    refundId: refund.id,
    reference: 'reference' in outcome ? outcome.reference : null,
    failureCode: 'failureCode' in outcome ? outcome.failureCode : null,
    receivedAt: ctx.now,
  });
  if (isNew) await recordRefundOutcome(tx, ctx, refund, event);
}

/** Writes down how a refund ended; nothing when it had ended so already. */
export async function finishRefund(
  tx: Tx,
  ctx: Ctx,
  refund: Refund,
  outcome: { reference: string | null } | { failureCode: string },
  more: Partial<Refund> = {},
): Promise<Refund> {
  const failed = 'failureCode' in outcome;
  const state = failed ? 'failed' : 'succeeded';
  if (!refundStates.canMove(refund.state, state)) return refund;
  const reference = failed ? outcome.failureCode : outcome.reference;
  const end = { state, reference, finishedAt: ctx.now, reconcileDueAt: null } as const;
  const finished = await updateRefund(tx, refund, { ...end, ...more });
  // What staff says that it gave back came from the till, whatever the money had come by.
  const byStaff = more.attempt === undefined ? {} : { provider: 'manual' };
  if (!failed) await postRefund(tx, ctx, finished, { ...(await paymentOf(tx, refund)), ...byStaff });
  else if (refund.state === 'succeeded') await takeBackRefund(tx, ctx, refund);
  await tell(tx, ctx, failed ? paymentEventKinds.refundFailed : paymentEventKinds.refundSucceeded, finished);
  return finished;
}

const paymentOf = (tx: Tx, refund: Refund): Promise<Payment> =>
  getPayment(tx, refund.shopId, refund.paymentId);

/** Staff says that a manual or failed refund was given back outside. Refuses one that its provider still works on. */
export async function confirmRefund(
  ctx: Ctx,
  input: { refundId: string; reference: string | null },
): Promise<Refund> {
  return inTransaction(ctx, async (tx) => {
    const refund = await lockRefund(tx, ctx, input.refundId);
    if (refund.state === 'succeeded') return refund;
    if (refund.state === 'pending' && !providerOf(await paymentOf(tx, refund)).manual)
      throw paymentErrors.refund_not_manual();
    // From here on it is staff's: what the provider still says of its own attempt no longer matters.
    return finishRefund(tx, ctx, refund, { reference: input.reference }, { attempt: refund.attempt + 1 });
  });
}

/**
 * Hands a refund to its provider again: one that nothing was heard of under the same key, one that failed as a new
 * attempt, because the provider would only repeat its failure under the old one.
 */
export async function retryRefund(ctx: Ctx, refundId: string): Promise<Refund> {
  return inTransaction(ctx, async (tx) => {
    const refund = await lockRefund(tx, ctx, refundId);
    if (refund.state === 'succeeded') throw paymentErrors.refund_finished();
    const { manual } = providerOf(await paymentOf(tx, refund));
    if (manual) return refund;
    const attempt = refund.state === 'failed' ? refund.attempt + 1 : refund.attempt;
    const again = { state: 'pending', reference: null, finishedAt: null, attempt } as const;
    const due = { reconcileDueAt: decideReconcileAt(ctx.now, 0), reconciles: 0 };
    const pending = await updateRefund(tx, refund, { ...again, ...due });
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
      orderId: refund.orderId,
      amount: Number(refund.amount),
      currency: refund.currency,
      reason: refund.reason,
    }),
  ]);

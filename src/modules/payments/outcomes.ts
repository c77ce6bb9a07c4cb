import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import { enqueue } from '../../platform/jobs/queue.ts';
import { paymentEventKinds } from './events.ts';
import { subjectOf } from './ports.ts';
import type { ProviderEvent } from './providers/provider.ts';
import { postCapture } from './postings.ts';
import { getPayment, insertPaymentEvent, updatePayment } from './repository.ts';
import { decideChanges } from './rules.ts';
import type { Payment } from './tables.ts';

/**
 * Takes a provider's statement about a payment: writes it down once, moves the payment, and tells the subject in
 * the same transaction. A statement that was heard before, or that comes too late to matter, changes nothing.
 */
export async function recordStatement(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  event: ProviderEvent,
): Promise<void> {
  // The subject's lock comes first everywhere; under it the payment is read again.
  await subjectOf(payment).lock(tx, ctx, payment.subjectId);
  const isNew = await insertPaymentEvent(tx, {
    shopId: ctx.shop.id,
    id: newId(),
    paymentId: payment.id,
    provider: payment.provider,
    providerEventId: event.eventId,
    kind: event.kind,
    refundId: null,
    reference: event.reference,
    failureCode: event.failureCode,
    receivedAt: ctx.now,
  });
  if (!isNew) return;
  const current = await getPayment(tx, ctx.shop.id, payment.id);
  const changes = decideChanges(current, event, ctx.now);
  if (changes === undefined) return;
  const moved = await updatePayment(tx, current, changes);
  if (event.staysOpen) await enqueueCancel(tx, ctx.shop.id, payment.id);
  const { state } = changes;
  if (state === 'succeeded') await onSucceeded(tx, ctx, moved);
  if (state === 'failed') await onFailed(tx, ctx, moved);
}

/** Has the provider of an attempt that was given up told so, after commit. */
export const enqueueCancel = (tx: Tx, shopId: string, paymentId: string): Promise<void> =>
  enqueue(tx, 'payments.cancel', { shopId, paymentId }, { key: `cancel:${paymentId}` });

async function onSucceeded(tx: Tx, ctx: Ctx, payment: Payment): Promise<void> {
  await postCapture(tx, ctx, payment);
  await appendEvents(tx, ctx, [eventRow(ctx, paymentEventKinds.succeeded, payment.id, describe(payment))]);
  await subjectOf(payment).onSucceeded(tx, ctx, payment);
}

async function onFailed(tx: Tx, ctx: Ctx, payment: Payment): Promise<void> {
  await appendEvents(tx, ctx, [eventRow(ctx, paymentEventKinds.failed, payment.id, describe(payment))]);
  await subjectOf(payment).onFailed(tx, ctx, payment);
}

const describe = (payment: Payment) => ({
  subjectType: payment.subjectType,
  subjectId: payment.subjectId,
  orderId: payment.orderId,
  attemptNumber: payment.attemptNumber,
  provider: payment.provider,
  amount: Number(payment.amount),
  currency: payment.currency,
});

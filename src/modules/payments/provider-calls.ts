import { type Deps, systemContext } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { getShop, type Shop } from '../../platform/shops/shop.ts';
import { recordStatement } from './outcomes.ts';
import { subjectOf } from './ports.ts';
import type { OpenedCharge, ProviderEvent } from './providers/provider.ts';
import { providerOf } from './providers/registry.ts';
import { recordRefundOutcome } from './refunds.ts';
import { getPayment, getRefund, updatePayment } from './repository.ts';
import { decideGivingUp, isOpen } from './rules.ts';
import type { Payment } from './tables.ts';

interface PaymentJob {
  readonly shopId: string;
  readonly paymentId: string;
}

/**
 * Asks the provider to take the money, outside of any transaction. When its answer does not come, the job fails and
 * is run again; the payment's id is the provider's idempotency key, so money moves once. An attempt that was given
 * up meanwhile is cancelled there: money that an unanswered call had taken must be recorded, so that it goes back.
 */
export async function chargePayment(deps: Deps, job: PaymentJob): Promise<void> {
  const { shop, payment } = await load(deps, job);
  if (!isOpen(payment)) return giveUp(deps, shop, payment);
  const provider = providerOf(payment);
  const opened =
    payment.reference === null && provider.open ? await provider.open(deps, shop, payment) : undefined;
  if (opened && 'kind' in opened) return record(deps, shop, payment, opened);
  const ready = opened ? await recordOpened(deps, shop, payment, opened) : payment;
  // Between opening and taking the money the subject may have been cancelled, or paid in another way.
  if (!isOpen(ready)) return giveUp(deps, shop, ready);
  await record(deps, shop, ready, await provider.charge(deps, shop, ready));
}

/** Gives an attempt up with its provider, after it was given up here. */
export async function cancelCharge(deps: Deps, job: PaymentJob): Promise<void> {
  const { shop, payment } = await load(deps, job);
  if (!isOpen(payment)) await giveUp(deps, shop, payment);
}

/**
 * Asks what became of an attempt of which nothing was heard, or whether one that was given up is closed. An open one
 * that is too old is cancelled with its provider and has failed.
 */
export async function reconcilePayment(deps: Deps, job: PaymentJob): Promise<void> {
  const { shop, payment } = await load(deps, job);
  if (!isOpen(payment)) return giveUp(deps, shop, payment);
  const said = await providerOf(payment).findCharge(deps, shop, payment);
  if (said && said.kind !== 'processing') return record(deps, shop, payment, said);
  const { now } = systemContext(deps, shop, 'payments.reconcile');
  if (decideGivingUp(payment, said !== undefined, now)) return giveUp(deps, shop, payment);
  if (said) await record(deps, shop, payment, said);
}

/** Asks the provider to give money back; repeated until it answers, with the refund's id as the key. */
export async function executeRefund(deps: Deps, job: { shopId: string; refundId: string }): Promise<void> {
  const shop = await getShop(deps.db, job.shopId);
  const refund = await getRefund(deps.db, shop.id, job.refundId);
  if (refund.state !== 'pending') return;
  const payment = await getPayment(deps.db, shop.id, refund.paymentId);
  const outcome = await providerOf(payment).refund(deps, shop, refund, payment);
  const ctx = systemContext(deps, await getShop(deps.db, shop.id), 'payments.refund');
  await inTransaction(ctx, async (tx) => {
    await subjectOf(refund).lock(tx, ctx, refund.subjectId);
    const current = await getRefund(tx, shop.id, refund.id);
    await recordRefundOutcome(tx, ctx, current, { attempt: refund.attempt, outcome });
  });
}

async function load(deps: Deps, job: PaymentJob): Promise<{ shop: Shop; payment: Payment }> {
  const shop = await getShop(deps.db, job.shopId);
  return { shop, payment: await getPayment(deps.db, shop.id, job.paymentId) };
}

/** What the provider opened is committed before money can move by it. The attempt as it is then. */
async function recordOpened(
  deps: Deps,
  shop: Shop,
  payment: Payment,
  opened: OpenedCharge,
): Promise<Payment> {
  const ctx = systemContext(deps, shop, 'payments.charge');
  return inTransaction(ctx, async (tx) => {
    await subjectOf(payment).lock(tx, ctx, payment.subjectId);
    const current = await getPayment(tx, shop.id, payment.id);
    // Another run of this job was first. What it opened counts; what was opened here can be paid by nobody.
    return current.reference === null ? updatePayment(tx, current, { ...opened }) : current;
  });
}

async function giveUp(deps: Deps, shop: Shop, payment: Payment): Promise<void> {
  if (payment.state === 'succeeded') return;
  const said = await providerOf(payment).cancel(deps, shop, payment);
  await record(deps, shop, payment, said ?? notKnown(payment));
}

// That it does not know the attempt is a statement too: no money can move by it.
const notKnown = (payment: Payment): ProviderEvent => ({
  paymentId: payment.id,
  eventId: `${payment.id}:not-known`,
  kind: 'failed',
  reference: null,
  failureCode: 'not_known_to_provider',
});

async function record(deps: Deps, shop: Shop, payment: Payment, said: ProviderEvent): Promise<void> {
  // The shop is read again: a call may take long, and the test clock may have moved meanwhile.
  const ctx = systemContext(deps, await getShop(deps.db, shop.id), 'payments.charge');
  await inTransaction(ctx, (tx) => recordStatement(tx, ctx, payment, said));
}

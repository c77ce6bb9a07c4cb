import { type Deps, systemContext } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { getShop } from '../../platform/shops/shop.ts';
import { recordStatement } from './outcomes.ts';
import { providerOf } from './providers/registry.ts';
import { finishRefund } from './refunds.ts';
import { getPayment, getRefund } from './repository.ts';
import { subjectOf } from './ports.ts';

/**
 * Asks the provider to take the money, outside of any transaction. When its answer does not come, the job fails and
 * is run again; the payment's id is the provider's idempotency key, so money moves once. An attempt that was given
 * up meanwhile is only asked about: money that an unanswered call had taken must be recorded, so that it goes back.
 */
export async function chargePayment(deps: Deps, job: { shopId: string; paymentId: string }): Promise<void> {
  const shop = await getShop(deps.db, job.shopId);
  const payment = await getPayment(deps.db, shop.id, job.paymentId);
  if (payment.state === 'succeeded') return;
  const provider = providerOf(payment);
  const statement =
    payment.state === 'cancelled'
      ? await provider.findCharge(deps, shop, payment)
      : await provider.charge(deps, shop, payment);
  if (!statement) return;
  const ctx = systemContext(deps, await getShop(deps.db, shop.id), 'payments.charge');
  await inTransaction(ctx, (tx) => recordStatement(tx, ctx, payment, statement));
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
    await finishRefund(tx, ctx, await getRefund(tx, shop.id, refund.id), outcome);
  });
}

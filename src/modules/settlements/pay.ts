import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { checkVersion } from '../../platform/versions.ts';
import { clearing } from '../ledger/accounts.ts';
import { takeOrderMoney } from '../orders/pay.ts';
import { refundSurplus } from '../orders/refunds.ts';
import { listLines, lockOrder, type OrderLines } from '../orders/settle.ts';
import type { Order } from '../orders/tables.ts';
import { addTimeline } from '../orders/timeline.ts';
import { cancelOpenPayments, listPaymentsOf, startPayment } from '../payments/attempts.ts';
import { paymentErrors } from '../payments/errors.ts';
import type { PaymentSubject } from '../payments/ports.ts';
import { isOpen } from '../payments/rules.ts';
import type { Payment } from '../payments/tables.ts';
import { canTake } from './answer.ts';
import { applySettled } from './apply.ts';
import { concludeSettlement } from './conclude.ts';
import { settlementErrors } from './errors.ts';
import { settlementEvents } from './events.ts';
import { type LockedSettlement, lockSettlement } from './locked.ts';
import { getSettlement, moveSettlement, type WholeSettlement } from './settlement-repository.ts';
import { isAwaitingMoney } from './settlement-rules.ts';
import { tell } from './tell.ts';
import { mayPayBy } from './view.ts';

/** With what the customer pays; the amount is always all of it. */
export interface PayInput {
  readonly provider: string;
  readonly reference?: string;
  readonly paymentMethod?: string;
  readonly simulate?: string;
  readonly delaySeconds?: number;
}

/**
 * Opens an attempt to pay what the customer accepted, always for all of it; a manual payment and one by stored value count at
 * once. Refusals: settlement_not_payable, offer_expired, order_not_settleable, provider_not_available, and those of startPayment.
 */
export async function paySettlement(
  ctx: Ctx,
  input: PayInput & { readonly settlementId: string },
): Promise<Payment> {
  return inTransaction(ctx, async (tx) => {
    const locked = await lockSettlement(tx, ctx, input.settlementId);
    checkVersion(ctx, locked.whole.settlement);
    return payUnderLock(tx, ctx, locked, input);
  });
}

/** The same for a settlement whose order is locked. */
export async function payUnderLock(
  tx: Tx,
  ctx: Ctx,
  { order, whole }: LockedSettlement,
  input: PayInput,
): Promise<Payment> {
  checkPayable(ctx, { order, lines: await listLines(tx, ctx.shop.id, order.id) }, whole);
  const { id, state, amount, customerId } = whole.settlement;
  const { provider, reference, simulate, delaySeconds, paymentMethod } = input;
  if (!mayPayBy(ctx, provider, customerId))
    throw paymentErrors.provider_not_available(`The provider ${provider} cannot be used by who calls.`, {
      pointer: '/provider',
    });
  if (state !== 'paying') await moveSettlement(tx, whole, { state: 'paying' }, ctx.now);
  const details = { provider, amount: Number(amount), settlementId: id };
  await addTimeline(tx, ctx, order.id, { kind: 'payment_started', details });
  return startPayment(tx, ctx, {
    subjectType: 'settlement',
    subjectId: id,
    orderId: order.id,
    provider,
    amount,
    reference,
    options: {
      ...(simulate && { simulate }),
      ...(delaySeconds !== undefined && { delaySeconds }),
      ...(paymentMethod !== undefined && { paymentMethod }),
    },
  });
}

function checkPayable(ctx: Ctx, locked: OrderLines, whole: WholeSettlement): void {
  const { settlement } = whole;
  if (!isAwaitingMoney(settlement))
    throw settlementErrors.settlement_not_payable(`The settlement is ${settlement.state}.`);
  if (settlement.dueAt !== null && settlement.dueAt <= ctx.now) throw settlementErrors.offer_expired();
  if (!canTake(locked, whole)) throw settlementErrors.order_not_settleable();
}

/** The attempts to pay a settlement, newest first; a customer sees their own. */
export async function readSettlementPayments(ctx: Ctx, id: string): Promise<Payment[]> {
  await getSettlement(ctx.db, ctx.shop.id, id, ctx.customerId);
  return listPaymentsOf(ctx.db, ctx.shop.id, 'settlement', id);
}

const orderIdOf = async (tx: Tx, ctx: Ctx, id: string): Promise<string> =>
  (await getSettlement(tx, ctx.shop.id, id)).settlement.orderId;

// What a settlement is for never changes, so it may be read before the lock.
const lockOrderOf = async (tx: Tx, ctx: Ctx, id: string): Promise<Order> =>
  lockOrder(tx, ctx.shop.id, await orderIdOf(tx, ctx, id));

/** The settlement's side of a payment: money stands in the clearing of its order, whose row is locked first. */
export const settlementPaymentSubject: PaymentSubject = {
  lock: async (tx, ctx, id) => void (await lockOrderOf(tx, ctx, id)),
  clearing: async (tx, ctx, id) => clearing(await orderIdOf(tx, ctx, id)),
  payer: async (tx, ctx, id) => (await lockOrderOf(tx, ctx, id)).customerId,
  onSucceeded: takePayment,
  onFailed: followFailure,
};

/**
 * Money came in for a settlement. The first that covers one that waits for it settles it, and nobody can pay it any more. All
 * other money goes back: of a second attempt, or for a settlement or an order that is over.
 */
async function takePayment(tx: Tx, ctx: Ctx, payment: Payment): Promise<void> {
  const { order: before, whole } = await lockSettlement(tx, ctx, payment.subjectId);
  const paid = await takeOrderMoney(tx, ctx, before, payment);
  const { settlement } = whole;
  const locked = { order: paid, lines: await listLines(tx, ctx.shop.id, paid.id) };
  const counts = isAwaitingMoney(settlement) && payment.amount >= settlement.amount && canTake(locked, whole);
  const order = counts ? await settle(tx, ctx, locked, whole) : paid;
  const reason = order.status === 'cancelled' ? 'cancellation' : 'surplus';
  await refundSurplus(tx, ctx, order, reason, counts ? undefined : payment);
  if (!counts) await failIfIdle(tx, ctx, whole);
}

async function settle(tx: Tx, ctx: Ctx, locked: OrderLines, whole: WholeSettlement): Promise<Order> {
  const paying =
    whole.settlement.state === 'paying'
      ? whole
      : await moveSettlement(tx, whole, { state: 'paying' }, ctx.now);
  const applied = await applySettled(tx, ctx, locked, paying);
  await cancelOpenPayments(tx, ctx, 'settlement', paying.settlement.id);
  await concludeSettlement(tx, ctx, applied, paying);
  return applied;
}

/** An attempt failed: when no other one is open, the settlement waits for the next until it expires. */
async function followFailure(tx: Tx, ctx: Ctx, payment: Payment): Promise<void> {
  const { order, whole } = await lockSettlement(tx, ctx, payment.subjectId);
  const details = {
    provider: payment.provider,
    amount: Number(payment.amount),
    code: payment.failureCode,
    settlementId: payment.subjectId,
  };
  await addTimeline(tx, ctx, order.id, { kind: 'payment_failed', details });
  await failIfIdle(tx, ctx, whole);
}

async function failIfIdle(tx: Tx, ctx: Ctx, whole: WholeSettlement): Promise<void> {
  const { id, state } = whole.settlement;
  if (state !== 'paying') return;
  const attempts = await listPaymentsOf(tx, ctx.shop.id, 'settlement', id);
  if (attempts.some(isOpen)) return;
  const failed = await moveSettlement(tx, whole, { state: 'failed' }, ctx.now);
  await tell(tx, ctx, settlementEvents.failed, failed.settlement);
}

import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { sumOf } from '../../platform/money.ts';
import { pointingInto } from '../../platform/pointers.ts';
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
import { cardOption } from '../wallets/cards/resolve.ts';
import { canTake } from './answer.ts';
import { applySettled } from './apply.ts';
import { concludeSettlement } from './conclude.ts';
import { coveringCoupon, holdCoupon, releaseCoupons } from './coupons.ts';
import { settlementErrors } from './errors.ts';
import { settlementEvents } from './events.ts';
import { type LockedSettlement, lockSettlement } from './locked.ts';
import { getSettlement, moveSettlement, type WholeSettlement } from './settlement-repository.ts';
import { isAwaitingMoney } from './settlement-rules.ts';
import type { Settlement } from './tables.ts';
import { tell } from './tell.ts';
import { mayPayBy } from './view.ts';

/** With what the customer pays; the amount is always all of it. */
export interface PayInput {
  /** Not needed where a coupon pays all of it. */
  readonly provider?: string;
  /** The code of a coupon that pays what it is worth, and the provider the rest. */
  readonly couponCode?: string;
  readonly reference?: string;
  readonly paymentMethod?: string;
  /** With the provider `card`: which one. */
  readonly cardId?: string;
  readonly cardCode?: string;
  readonly simulate?: string;
  readonly delaySeconds?: number;
}

/**
 * Opens an attempt to pay what the customer accepted, always for all of it, of which a coupon may pay a part; a manual payment and
 * one by stored value or by coupon alone count at once. Refusals: settlement_not_payable, offer_expired, order_not_settleable,
 * provider_not_available, coupon_not_usable, and those of startPayment.
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
  const { settlement } = whole;
  if (settlement.state !== 'paying') await moveSettlement(tx, whole, { state: 'paying' }, ctx.now);
  const coupon = await holdCoupon(tx, ctx, settlement, input.couponCode);
  const couponAmount = coupon?.amount ?? 0n;
  const amount = settlement.amount - couponAmount;
  const part = { ...input, couponId: coupon?.id };
  return amount === 0n && coupon
    ? startPart(tx, ctx, settlement, 'coupon', couponAmount, { couponId: coupon.id })
    : startPart(tx, ctx, settlement, providerOf(ctx, settlement, input), amount, part);
}

/** Refuses who may not pay by a provider. */
function providerOf(ctx: Ctx, { customerId }: Settlement, { provider }: PayInput): string {
  if (provider !== undefined && mayPayBy(ctx, provider, customerId)) return provider;
  const detail =
    provider === undefined
      ? 'What no coupon pays is paid by a provider.'
      : `The provider ${provider} cannot be used by who calls.`;
  throw paymentErrors.provider_not_available(detail, { pointer: '/provider' });
}

/** Opens an attempt for all of a settlement that no coupon pays, or for what a coupon does. */
async function startPart(
  tx: Tx,
  ctx: Ctx,
  { id, orderId }: Pick<Settlement, 'id' | 'orderId'>,
  provider: string,
  amount: bigint,
  {
    reference,
    simulate,
    delaySeconds,
    paymentMethod,
    couponId,
    cardId,
    cardCode,
  }: PayInput & { readonly couponId?: string | undefined },
): Promise<Payment> {
  const details = { provider, amount: Number(amount), settlementId: id };
  await addTimeline(tx, ctx, orderId, { kind: 'payment_started', details });
  const attempt = {
    subjectType: 'settlement',
    subjectId: id,
    orderId,
    provider,
    amount,
    reference,
    options: {
      ...(simulate && { simulate }),
      ...(delaySeconds !== undefined && { delaySeconds }),
      ...(paymentMethod !== undefined && { paymentMethod }),
      ...(couponId !== undefined && { couponId }),
      ...(await cardOption(tx, ctx, provider, { cardId, cardCode })),
    },
  };
  // The amount is always all of it and no field of the request: what a provider says about it is about the provider.
  return pointingInto({ '/amount': '/provider' }, () => startPayment(tx, ctx, attempt));
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
 * Money came in for a settlement. The first that covers one that waits for it settles it, and nobody can pay it any more; where a
 * coupon is held with it, that pays the rest in the same step. All other money goes back: of a second attempt, or for a settlement
 * or an order that is over.
 */
async function takePayment(tx: Tx, ctx: Ctx, payment: Payment): Promise<void> {
  const { order: before, whole } = await lockSettlement(tx, ctx, payment.subjectId);
  const paid = await takeOrderMoney(tx, ctx, before, payment);
  const { settlement } = whole;
  const locked = { order: paid, lines: await listLines(tx, ctx.shop.id, paid.id) };
  const isWanted = isAwaitingMoney(settlement) && canTake(locked, whole);
  const missing = settlement.amount - (await keptFor(tx, ctx, settlement));
  const couponId = isWanted ? await coveringCoupon(tx, ctx, payment, missing) : undefined;
  // It covers the settlement together with this payment, and settles it.
  if (couponId !== undefined) {
    await startPart(tx, ctx, settlement, 'coupon', missing, { couponId });
    return;
  }
  const counts = isWanted && missing <= 0n;
  const order = counts ? await settle(tx, ctx, locked, whole) : paid;
  const reason = order.status === 'cancelled' ? 'cancellation' : 'surplus';
  await refundSurplus(tx, ctx, order, reason, counts ? undefined : payment);
  if (!counts) await failIfIdle(tx, ctx, whole);
}

/** What is there for a settlement and was not given back: what did not settle it goes back at once, so all of it is of this moment. */
async function keptFor(tx: Tx, ctx: Ctx, { id }: Settlement): Promise<bigint> {
  const payments = await listPaymentsOf(tx, ctx.shop.id, 'settlement', id);
  const taken = payments.filter(({ state }) => state === 'succeeded');
  return sumOf(taken.map(({ amount, refundedAmount }) => amount - refundedAmount));
}

async function settle(tx: Tx, ctx: Ctx, locked: OrderLines, whole: WholeSettlement): Promise<Order> {
  const paying =
    whole.settlement.state === 'paying'
      ? whole
      : await moveSettlement(tx, whole, { state: 'paying' }, ctx.now);
  const applied = await applySettled(tx, ctx, locked, paying);
  await cancelOpenPayments(tx, ctx, 'settlement', paying.settlement.id);
  await releaseCoupons(tx, ctx, paying.settlement);
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
  await releaseCoupons(tx, ctx, whole.settlement);
  const failed = await moveSettlement(tx, whole, { state: 'failed' }, ctx.now);
  await tell(tx, ctx, settlementEvents.failed, failed.settlement);
}

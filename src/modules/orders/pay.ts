import { after, DAY_MS } from '../../platform/time.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { pointingInto } from '../../platform/pointers.ts';
import { checkVersion } from '../../platform/versions.ts';
import type { Coupon } from '../campaigns/coupons/tables.ts';
import { holdValueCoupon } from '../campaigns/coupons/value.ts';
import { useEntryBudgets } from '../campaigns/entry-items/take.ts';
import { useCampaigns } from '../campaigns/usage/take.ts';
import { clearing } from '../ledger/accounts.ts';
import { cancelOpenPayments, startPayment } from '../payments/attempts.ts';
import { paymentErrors } from '../payments/errors.ts';
import type { PaymentSubject } from '../payments/ports.ts';
import type { Payment } from '../payments/tables.ts';
import { cardOption } from '../wallets/cards/resolve.ts';
import { orderErrors } from './errors.ts';
import { orderEvents } from './events.ts';
import { earnOrderPoints } from './points.ts';
import { postOrderChange } from './postings.ts';
import { refundSurplus } from './refunds.ts';
import { listLines, lockOrder, updateOrder } from './repository.ts';
import { amountDue, decidePaymentState } from './rules.ts';
import { ordersSettings } from './settings.ts';
import { summaryWithLines } from './summary.ts';
import type { Order } from './tables.ts';
import { addTimeline } from './timeline.ts';

interface PayInput {
  readonly orderId: string;
  readonly provider: string;
  /** Minor units; what is still due, when absent. */
  readonly amount?: number;
  readonly reference?: string;
  /** The provider's id of what the customer pays with; without it the customer's browser says so to the provider. */
  readonly paymentMethod?: string;
  /** With the provider `coupon`: the code of a coupon of a value. */
  readonly couponCode?: string;
  /** With the provider `card`: which one. */
  readonly cardId?: string;
  readonly cardCode?: string;
  readonly simulate?: string;
  readonly delaySeconds?: number;
}

/**
 * Opens an attempt to pay an order. A manual payment, one by stored value and one by coupon count at once; any other is taken by its
 * provider after the answer. A coupon pays what it is worth, at most what is asked of it: what is left of it is a coupon of its own.
 * Refusals: order_not_payable, payment_too_large, coupon_not_usable, and those of startPayment.
 */
export async function payOrder(ctx: Ctx, input: PayInput): Promise<Payment> {
  // Recording cash is staff's word about money; a customer cannot give it.
  if (ctx.customerId !== undefined && input.provider === 'manual') {
    throw paymentErrors.provider_not_available('A customer cannot record a manual payment.', {
      pointer: '/provider',
    });
  }
  return inTransaction(ctx, async (tx) => {
    const order = await lockOrder(tx, ctx.shop.id, input.orderId, ctx.customerId);
    checkVersion(ctx, order);
    const due = amountDue(order);
    if (order.status === 'cancelled' || due === 0n) throw orderErrors.order_not_payable();
    const asked = input.amount === undefined ? due : BigInt(input.amount);
    if (asked > due) {
      throw orderErrors.payment_too_large(`${due} is due.`, {
        pointer: '/amount',
        extra: { dueAmount: Number(due) },
      });
    }
    const { simulate, delaySeconds, paymentMethod } = input;
    const coupon = await holdCoupon(tx, ctx, order, asked, input);
    const amount = coupon?.amount ?? asked;
    const options = {
      ...(coupon && { couponId: coupon.id }),
      ...(await cardOption(tx, ctx, input.provider, input)),
      ...(simulate && { simulate }),
      ...(delaySeconds !== undefined && { delaySeconds }),
      ...(paymentMethod !== undefined && { paymentMethod }),
    };
    await addTimeline(tx, ctx, order.id, {
      kind: 'payment_started',
      details: { provider: input.provider, amount: Number(amount) },
    });
    const { provider, reference } = input;
    const attempt = { provider, amount, reference, options };
    const subject = { subjectType: 'order', subjectId: order.id, orderId: order.id };
    // Who gives no amount pays what is due: what a provider says about that is about the provider.
    return pointingInto(input.amount === undefined ? { '/amount': '/provider' } : {}, () =>
      startPayment(tx, ctx, { ...subject, ...attempt }),
    );
  });
}

/** Holds the coupon of a value that pays, of the order's customer: the payment uses it in the same step. */
async function holdCoupon(
  tx: Tx,
  ctx: Ctx,
  { id, customerId }: Order,
  amount: bigint,
  { provider, couponCode }: PayInput,
): Promise<Coupon | undefined> {
  if (provider !== 'coupon' && couponCode === undefined) return undefined;
  if (provider !== 'coupon' || couponCode === undefined || customerId === null)
    throw paymentErrors.provider_not_available(
      'A coupon of the order’s customer pays with the provider `coupon` and its couponCode.',
      { pointer: provider === 'coupon' ? '/provider' : '/couponCode' },
    );
  return holdValueCoupon(tx, ctx, {
    code: couponCode,
    customerId,
    forSubject: { type: 'order', id },
    amount,
  });
}

/** The order's side of a payment. */
export const orderPaymentSubject: PaymentSubject = {
  lock: async (tx, ctx, orderId) => void (await lockOrder(tx, ctx.shop.id, orderId)),
  clearing: async (_tx, _ctx, orderId) => clearing(orderId),
  payer: async (tx, ctx, orderId) => (await lockOrder(tx, ctx.shop.id, orderId)).customerId,
  async pricesOf(tx, ctx, orderId) {
    const { totalAmount, discountAmount, freightDiscountAmount } = await lockOrder(tx, ctx.shop.id, orderId);
    return { totalAmount, listAmount: totalAmount + discountAmount + freightDiscountAmount };
  },
  onSucceeded: takePayment,
  onFailed: async (tx, ctx, payment) => {
    const details = { provider: payment.provider, amount: Number(payment.amount), code: payment.failureCode };
    await addTimeline(tx, ctx, payment.subjectId, { kind: 'payment_failed', details });
  },
};

/** Money came in. Reminders and the lapse end in this transaction; what is too much goes back. */
async function takePayment(tx: Tx, ctx: Ctx, payment: Payment): Promise<void> {
  const order = await lockOrder(tx, ctx.shop.id, payment.subjectId);
  const updated = await takeOrderMoney(tx, ctx, order, payment);
  if (isPaidBy(order, updated)) {
    // What else was tried must not take money any more. Beside the lines it costs no round trip.
    const [lines] = await Promise.all([
      listLines(tx, ctx.shop.id, order.id),
      cancelOpenPayments(tx, ctx, 'order', order.id),
      ...(order.campaigns.length > 0 ? [useCampaigns(tx, ctx, order.id)] : []),
      // Also the ladder of a product may have taken it below its usual floor.
      ...(order.discountAmount > 0n ? [useEntryBudgets(tx, ctx, order.id)] : []),
    ]);
    await addTimeline(tx, ctx, order.id, { kind: 'paid' });
    await earnOrderPoints(tx, ctx, updated, lines);
    await appendEvents(tx, ctx, [
      eventRow(ctx, orderEvents.paid, order.id, summaryWithLines(updated, lines)),
    ]);
  }
  await refundSurplus(tx, ctx, updated, order.status === 'cancelled' ? 'cancellation' : 'surplus');
}

/**
 * Money came in for a locked order, or for a settlement of it: what was paid rises and the books know it. What is too much
 * stays in clearing until the caller gives it back.
 */
export async function takeOrderMoney(tx: Tx, ctx: Ctx, order: Order, payment: Payment): Promise<Order> {
  const paidAmount = order.paidAmount + payment.amount;
  const changes = { paidAmount, paymentState: decidePaymentState({ ...order, paidAmount }) };
  await addTimeline(tx, ctx, order.id, {
    kind: 'payment_succeeded',
    details: { provider: payment.provider, amount: Number(payment.amount) },
  });
  const updated = await updateOrder(
    tx,
    order,
    { ...changes, ...(isPaidBy(order, changes) ? becomePaid(ctx, order) : {}) },
    ctx.now,
  );
  await postOrderChange(tx, ctx, { kind: 'payment_applied', subject: payment.id }, order, updated);
  return updated;
}

const isPaidBy = (order: Order, changed: Pick<Order, 'paymentState'>): boolean =>
  changed.paymentState === 'paid' && order.paymentState !== 'paid' && order.status !== 'cancelled';

function becomePaid(ctx: Ctx, order: Order): Partial<Order> {
  const days = ordersSettings.of(ctx.shop).autoCompleteDays;
  return {
    paidAt: ctx.now,
    // On account or cash on delivery, an order may be on its way or there before it is paid.
    status: order.status === 'pending' ? 'paid' : order.status,
    reminderDueAt: null,
    lapseDueAt: null,
    completeDueAt: order.deliveredAt ? after(order.deliveredAt, days * DAY_MS) : null,
  };
}

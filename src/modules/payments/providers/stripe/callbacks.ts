import type { Stripe } from 'stripe';
import type { Deps } from '../../../../platform/context.ts';
import type { Shop } from '../../../../platform/shops/shop.ts';
import { findAccount } from '../../account-repository.ts';
import { findPayment } from '../../repository.ts';
import type { Payment } from '../../tables.ts';
import type { CallbackRequest, ProviderEvent, ProviderRefundEvent } from '../provider.ts';
import { toStripeAmount } from './amount-rules.ts';
import { readSigned } from './client.ts';
import { toRefundOutcome, toStatement } from './statements.ts';

const INTENT_EVENTS = new Set(
  ['succeeded', 'processing', 'payment_failed', 'canceled', 'requires_action'].map(
    (name) => `payment_intent.${name}`,
  ),
);
const REFUND_EVENTS = new Set(['refund.updated', 'refund.failed', 'charge.refund.updated']);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * What a callback says about payments of this shop: nothing when it is about something else, because a merchant's
 * account may serve more than this shop, and Stripe switches off endpoints that answer with errors.
 */
export async function readStripeCallback(
  deps: Deps,
  shop: Shop,
  { headers, body }: CallbackRequest,
): Promise<readonly (ProviderEvent | ProviderRefundEvent)[] | undefined> {
  const signature = headers['stripe-signature'];
  const account = await findAccount(deps.db, shop.id, 'stripe');
  if (!account || typeof signature !== 'string' || body.length === 0) return undefined;
  const event = await readSigned(deps, account, body, signature);
  if (!event) return undefined;
  const { type, id: eventId, created, data } = event;
  if (typeof data?.object !== 'object' || data.object === null) return [];
  if (INTENT_EVENTS.has(type)) {
    const intent = data.object as Stripe.PaymentIntent;
    const payment = await findOurs(deps, shop, intent.metadata, intent.id);
    if (!payment || !isWhatWeAsked(payment, intent)) return [];
    const saidAt = new Date(created * 1000);
    return [{ ...toStatement(payment, intent), eventId, saidAt }];
  }
  if (!REFUND_EVENTS.has(type)) return [];
  const refund = data.object as Stripe.Refund;
  const intentId =
    typeof refund.payment_intent === 'string' ? refund.payment_intent : refund.payment_intent?.id;
  const payment = await findOurs(deps, shop, refund.metadata, intentId);
  const refundId = refund.metadata?.['makegood_refund_id'] ?? '';
  if (!payment || !UUID.test(refundId)) return [];
  const attempt = Number(refund.metadata?.['makegood_attempt']);
  return [{ paymentId: payment.id, refundId, attempt, eventId, outcome: toRefundOutcome(refund) }];
}

/** The payment of this shop that an object at Stripe was made for: both sides must name the other. */
async function findOurs(
  deps: Deps,
  shop: Shop,
  metadata: Stripe.Metadata | null,
  intentId: string | undefined,
): Promise<Payment | undefined> {
  const paymentId = metadata?.['makegood_payment_id'] ?? '';
  if (metadata?.['makegood_shop_id'] !== shop.id || !UUID.test(paymentId)) return undefined;
  const payment = await findPayment(deps.db, shop.id, paymentId);
  return payment?.provider === 'stripe' && payment.reference === intentId ? payment : undefined;
}

// Somebody with the merchant's key could change the amount at Stripe. Such money is not what was asked for here.
const isWhatWeAsked = (payment: Payment, intent: Stripe.PaymentIntent): boolean =>
  intent.amount === toStripeAmount(payment.amount, payment.currency) &&
  intent.currency === payment.currency.toLowerCase();

import type { Stripe } from 'stripe';
import type { Payment, Refund } from '../../tables.ts';
import { paymentMethodOf } from '../payment-method.ts';
import type { ProviderEvent, RefundOutcome } from '../provider.ts';

/** The metadata by which what happens at Stripe finds its way back. */
export const chargeMetadata = (payment: Payment) => ({
  makegood_shop_id: payment.shopId,
  makegood_payment_id: payment.id,
  [`makegood_${payment.subjectType}_id`]: payment.subjectId,
});

/** The same for a refund, with which handing over of it this is. */
export const refundMetadata = (refund: Refund) => ({
  makegood_shop_id: refund.shopId,
  makegood_payment_id: refund.paymentId,
  makegood_refund_id: refund.id,
  makegood_attempt: String(refund.attempt),
});

/** What an intent says about its payment, whether it came as an answer or in a callback. */
export function toStatement(payment: Payment, intent: Stripe.PaymentIntent): ProviderEvent {
  const error = intent.last_payment_error;
  const failureCode = error?.decline_code ?? error?.code ?? null;
  const said = {
    paymentId: payment.id,
    // Each try of the customer makes a charge of its own, so the same status after another try is another statement.
    eventId: [intent.id, intent.status, chargeIdOf(intent)].filter(Boolean).join(':'),
    reference: intent.id,
  };
  if (intent.status === 'succeeded') return { ...said, kind: 'succeeded', failureCode: null };
  if (intent.status === 'canceled')
    return {
      ...said,
      kind: 'failed',
      failureCode: ['canceled', intent.cancellation_reason].filter(Boolean).join('_'),
    };
  // The shop named the method, and it was declined: nobody is there to name another. A customer in front of Stripe's own
  // form is, and tries again with the same intent.
  if (intent.status === 'requires_payment_method' && failureCode !== null && paymentMethodOf(payment))
    return { ...said, kind: 'failed', failureCode, staysOpen: true };
  return { ...said, kind: 'processing', failureCode, providerStatus: intent.status };
}

function chargeIdOf({ latest_charge: charge, last_payment_error: error }: Stripe.PaymentIntent) {
  return (typeof charge === 'string' ? charge : charge?.id) ?? error?.charge;
}

/** How a refund stands. A pending one has left: it succeeds or fails later, and Stripe tells. */
export function toRefundOutcome({ id, status, failure_reason: reason }: Stripe.Refund): RefundOutcome {
  if (status === 'failed') return { kind: 'failed', failureCode: reason ?? 'failed' };
  if (status === 'canceled') return { kind: 'failed', failureCode: 'canceled' };
  return { kind: status === 'succeeded' ? 'succeeded' : 'pending', reference: id };
}

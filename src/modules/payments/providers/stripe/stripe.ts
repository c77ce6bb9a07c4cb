import type { Stripe } from 'stripe';
import type { Deps } from '../../../../platform/context.ts';
import type { Shop } from '../../../../platform/shops/shop.ts';
import { paymentErrors } from '../../errors.ts';
import type { Payment, Refund } from '../../tables.ts';
import { paymentMethodOf } from '../payment-method.ts';
import type { PaymentProvider, ProviderEvent, RefundOutcome } from '../provider.ts';
import { toStripeAmount } from './amount-rules.ts';
import { readStripeCallback } from './callbacks.ts';
import { isEnabled, openStripe } from './client.ts';
import { isMissingIntent, readFailure, refusalOf, unknownOutcome } from './failures.ts';
import { chargeMetadata, refundMetadata, toRefundOutcome, toStatement } from './statements.ts';

/** Stripe, by Payment Intents: opened unconfirmed, and confirmed by id once that id is committed here. */
export const stripe: PaymentProvider = {
  name: 'stripe',
  manual: false,
  isAvailable: isEnabled,
  checkCharge: (payment) => void amountOf(payment),
  open,
  charge,
  findCharge: async (deps, shop, payment) => retrieve(await openStripe(deps, shop), payment),
  cancel,
  refund: giveBack,
  readCallback: readStripeCallback,
};

function amountOf({ amount, currency }: { amount: bigint; currency: string }): number {
  const converted = toStripeAmount(amount, currency);
  if (converted !== undefined) return converted;
  throw paymentErrors.amount_not_supported(`Stripe cannot take ${amount} in minor units of ${currency}.`, {
    pointer: '/amount',
  });
}

async function open(deps: Deps, shop: Shop, payment: Payment) {
  const client = await openStripe(deps, shop);
  const isNamed = paymentMethodOf(payment) !== undefined;
  try {
    const intent = await client.paymentIntents.create(
      {
        amount: amountOf(payment),
        currency: payment.currency.toLowerCase(),
        metadata: chargeMetadata(payment),
        // Without a browser there is nowhere to redirect to; strong authentication works by Stripe.js.
        automatic_payment_methods: { enabled: true, ...(isNamed ? { allow_redirects: 'never' } : {}) },
      },
      { idempotencyKey: `makegood-open-${payment.id}` },
    );
    return { reference: intent.id, clientSecret: intent.client_secret };
  } catch (error) {
    return refused(payment, error);
  }
}

async function charge(deps: Deps, shop: Shop, payment: Payment): Promise<ProviderEvent> {
  const client = await openStripe(deps, shop);
  const method = paymentMethodOf(payment);
  try {
    if (method === undefined) return await mustRetrieve(client, payment);
    const intent = await client.paymentIntents.confirm(
      intentOf(payment),
      { payment_method: method, use_stripe_sdk: true },
      { idempotencyKey: `makegood-confirm-${payment.id}` },
    );
    return toStatement(payment, intent);
  } catch (error) {
    // It was confirmed before, and that answer was lost: the intent itself says what became of it.
    if (isUnexpectedState(error)) return mustRetrieve(client, payment);
    return { ...refused(payment, error), staysOpen: true };
  }
}

async function cancel(deps: Deps, shop: Shop, payment: Payment): Promise<ProviderEvent | undefined> {
  // What has no id here was shown to nobody, and nobody can confirm it.
  if (payment.reference === null) return undefined;
  const client = await openStripe(deps, shop);
  try {
    return toStatement(payment, await client.paymentIntents.cancel(payment.reference));
  } catch (error) {
    if (isUnexpectedState(error)) return retrieve(client, payment);
    const failure = readFailure(error);
    if (failure && isMissingIntent(failure)) return undefined;
    throw failure ? unknownOutcome(failure) : error;
  }
}

/** Looks for the refund first: Stripe forgets idempotency keys after a day, but not what it has given back. */
async function giveBack(deps: Deps, shop: Shop, refund: Refund, payment: Payment): Promise<RefundOutcome> {
  const amount = toStripeAmount(refund.amount, refund.currency);
  if (amount === undefined) return { kind: 'failed', failureCode: paymentErrors.amount_not_supported.code };
  const client = await openStripe(deps, shop);
  try {
    const intent = intentOf(payment);
    const known = await client.refunds.list({ payment_intent: intent, limit: 100 });
    const own = known.data.filter(({ metadata }) => metadata?.['makegood_refund_id'] === refund.id);
    // An earlier attempt that was believed to have failed counts as well, when its money went back after all.
    const found =
      own.find(({ status }) => status !== 'failed' && status !== 'canceled') ??
      own.find(({ metadata }) => metadata?.['makegood_attempt'] === String(refund.attempt));
    if (found) return toRefundOutcome(found);
    const made = await client.refunds.create(
      { payment_intent: intent, amount, metadata: refundMetadata(refund) },
      { idempotencyKey: `makegood-refund-${refund.id}-${refund.attempt}` },
    );
    return toRefundOutcome(made);
  } catch (error) {
    const failure = readFailure(error);
    if (!failure) throw error;
    const failureCode = isMissingIntent(failure) ? 'resource_missing' : refusalOf(failure);
    if (failureCode === undefined) throw unknownOutcome(failure);
    return { kind: 'failed', failureCode };
  }
}

async function retrieve(client: Stripe, payment: Payment): Promise<ProviderEvent | undefined> {
  if (payment.reference === null) return undefined;
  try {
    return toStatement(payment, await client.paymentIntents.retrieve(payment.reference));
  } catch (error) {
    const failure = readFailure(error);
    if (failure && isMissingIntent(failure)) return undefined;
    throw failure ? unknownOutcome(failure) : error;
  }
}

async function mustRetrieve(client: Stripe, payment: Payment): Promise<ProviderEvent> {
  const statement = await retrieve(client, payment);
  if (!statement) throw new Error(`Stripe does not know the intent of payment ${payment.id}`);
  return statement;
}

function refused(payment: Payment, error: unknown): ProviderEvent {
  const failure = readFailure(error);
  if (!failure) throw error;
  const failureCode = refusalOf(failure);
  if (failureCode === undefined) throw unknownOutcome(failure);
  return {
    paymentId: payment.id,
    eventId: `${payment.reference ?? payment.id}:refused:${failure.requestId ?? failureCode}`,
    kind: 'failed',
    reference: payment.reference,
    failureCode,
  };
}

function intentOf({ id, reference }: Payment): string {
  if (reference === null) throw new Error(`payment ${id} was never opened at Stripe`);
  return reference;
}

const isUnexpectedState = (error: unknown): boolean =>
  readFailure(error)?.code === 'payment_intent_unexpected_state';

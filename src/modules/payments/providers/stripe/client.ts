import type { Stripe } from 'stripe';
import type { Deps } from '../../../../platform/context.ts';
import type { Reader } from '../../../../platform/db/client.ts';
import type { Shop } from '../../../../platform/shops/shop.ts';
import { findAccount } from '../../account-repository.ts';
import { openSecret } from '../../account-secrets.ts';
import type { PaymentAccount } from '../../tables.ts';

// The version that these files were written for: an account's own default must not change what answers mean.
const API_VERSION = '2026-10-28.endive';
const TIMEOUT_MS = 20_000;
const TOLERANCE_SECONDS = 300;

// The package takes 20 MB of memory, which only shops with an account with Stripe should cost.
const loadStripe = async () => (await import('stripe')).Stripe;

/** The shop's own Stripe, with the key that its account holds. */
export async function openStripe(deps: Deps, shop: Shop): Promise<Stripe> {
  const account = await findAccount(deps.db, shop.id, 'stripe');
  if (!account) throw new Error(`shop ${shop.id} has no account with Stripe`);
  const key = openSecret(deps.config, account, 'secretKey');
  const url = new URL(deps.config.stripeApiUrl);
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  const StripeClient = await loadStripe();
  return new StripeClient(key, {
    apiVersion: API_VERSION,
    host: url.hostname,
    port: url.port === '' ? (protocol === 'http' ? 80 : 443) : url.port,
    protocol,
    timeout: TIMEOUT_MS,
    // The job that calls is repeated by itself, with growing delays.
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

/** Whether the shop's account takes new payments: one read, along the primary key. */
export async function isEnabled(on: Reader, shop: Shop): Promise<boolean> {
  return (await findAccount(on, shop.id, 'stripe'))?.isEnabled ?? false;
}

/**
 * What a callback says; undefined when the account's secret did not sign it, or longer ago than five minutes. Goes by
 * the real time: a test shop's clock has nothing to do with when Stripe signs.
 */
export async function readSigned(
  deps: Deps,
  account: PaymentAccount,
  body: Buffer,
  signature: string,
): Promise<Stripe.Event | undefined> {
  const secret = openSecret(deps.config, account, 'webhookSecret');
  const { webhooks, errors } = await loadStripe();
  const text = body.toString();
  try {
    const receivedAt = deps.clock.now().getTime();
    webhooks.signature?.verifyHeader(text, signature, secret, TOLERANCE_SECONDS, undefined, receivedAt);
    // Stripe's own check lets a signature be as far ahead as it likes, and so be used for as long.
    const signedAt = Number(/(?:^|,)t=(\d+)/.exec(signature)?.[1] ?? 0) * 1_000;
    if (signedAt > receivedAt + TOLERANCE_SECONDS * 1_000) return undefined;
    return (JSON.parse(text) ?? undefined) as Stripe.Event | undefined;
  } catch (error) {
    if (error instanceof errors.StripeSignatureVerificationError || error instanceof SyntaxError)
      return undefined;
    throw error;
  }
}

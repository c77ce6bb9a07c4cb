import type { Reader } from '../../../platform/db/client.ts';
import type { Shop } from '../../../platform/shops/shop.ts';
import { paymentErrors } from '../errors.ts';
import { paymentProviders } from '../ports.ts';
import { manual } from './manual.ts';
import type { PaymentProvider } from './provider.ts';
import { simulator } from './simulator.ts';
import { stripe } from './stripe/stripe.ts';

const providers: ReadonlyMap<string, PaymentProvider> = new Map(
  [manual, simulator, stripe].map((p) => [p.name, p]),
);

export const PROVIDER_NAMES = ['manual', 'simulator', 'stripe', 'wallet', 'coupon', 'card'] as const;

/** Those with which a shop has an account of its own. */
export const ACCOUNT_PROVIDERS = ['stripe'] as const;
export type AccountProvider = (typeof ACCOUNT_PROVIDERS)[number];

const find = (name: string): PaymentProvider | undefined =>
  providers.get(name) ?? paymentProviders.get().find((provider) => provider.name === name);

/** Whether somebody outside is called who takes the money and gives it back, and may take their time. */
export const isCalled = (provider: PaymentProvider): boolean => !provider.manual && !provider.storedValue;

/** The provider of a payment that exists. */
export function providerOf(payment: { readonly provider: string }): PaymentProvider {
  const provider = find(payment.provider);
  if (!provider) throw new Error(`payment provider ${payment.provider} is gone`);
  return provider;
}

/** The providers by which a shop can take new payments. */
export async function listAvailable(on: Reader, shop: Shop): Promise<string[]> {
  const names: string[] = [];
  for (const name of PROVIDER_NAMES) if (await find(name)?.isAvailable(on, shop)) names.push(name);
  return names;
}

/** The provider for a new payment, or `provider_not_available`. */
export async function chooseProvider(on: Reader, shop: Shop, name: string): Promise<PaymentProvider> {
  const provider = find(name);
  if (await provider?.isAvailable(on, shop)) return provider as PaymentProvider;
  throw paymentErrors.provider_not_available(`The provider ${name} cannot be used in this shop.`, {
    pointer: '/provider',
  });
}

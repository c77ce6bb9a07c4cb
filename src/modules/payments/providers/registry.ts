import type { Shop } from '../../../platform/shops/shop.ts';
import { paymentErrors } from '../errors.ts';
import { manual } from './manual.ts';
import type { PaymentProvider } from './provider.ts';
import { simulator } from './simulator.ts';

const providers: ReadonlyMap<string, PaymentProvider> = new Map([manual, simulator].map((p) => [p.name, p]));

export const PROVIDER_NAMES = ['manual', 'simulator'] as const;

/** The provider of a payment that exists. */
export function providerOf(payment: { readonly provider: string }): PaymentProvider {
  const provider = providers.get(payment.provider);
  if (!provider) throw new Error(`payment provider ${payment.provider} is gone`);
  return provider;
}

/** The provider for a new payment, or `provider_not_available`. */
export function chooseProvider(shop: Shop, name: string): PaymentProvider {
  const provider = providers.get(name);
  if (provider?.isAvailable(shop)) return provider;
  throw paymentErrors.provider_not_available(`The provider ${name} cannot be used in this shop.`, {
    pointer: '/provider',
  });
}

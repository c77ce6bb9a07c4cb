import { createSealing } from '../../platform/sealing.ts';
import type { PaymentAccount } from './tables.ts';

type SecretName = 'secretKey' | 'webhookSecret';
type Place = Pick<PaymentAccount, 'shopId' | 'provider'>;
interface Sealer {
  readonly tokenSecret: string;
}

// A secret that is copied into another row, or into the other column, does not open.
const bindingOf = ({ shopId, provider }: Place, name: SecretName) =>
  `payment_accounts/${shopId}/${provider}/${name}`;

/** Seals a secret into its place in an account. */
export const sealSecret = (config: Sealer, place: Place, name: SecretName, text: string): Buffer =>
  createSealing(config).seal(text, bindingOf(place, name));

/** The secret of an account. Throws when the row was tampered with, or sealed under another TOKEN_SECRET. */
export const openSecret = (config: Sealer, account: PaymentAccount, name: SecretName): string =>
  createSealing(config).open(account[name], bindingOf(account, name));

import { Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantOrNull,
  model,
  nullableInstant,
  nullableText,
  ref,
  text,
} from '../../platform/http/schema.ts';
import type { AccountView } from './accounts.ts';
import { ACCOUNT_PROVIDERS } from './providers/registry.ts';

export const AccountProviderName = enumeration(
  'PaymentAccountProvider',
  'A provider with which a shop has an account of its own.',
  ACCOUNT_PROVIDERS,
);

const key = (description: string, pattern: string) =>
  Type.String({ description, pattern, minLength: 12, maxLength: 300 });

export const PaymentAccountSet = inputModel('PaymentAccountSet', 'The keys of an account with a provider.', {
  secretKey: key(
    'The secret or restricted key. Kept encrypted and never shown again.',
    '^(sk|rk)_(test|live)_[A-Za-z0-9_]+$',
  ),
  webhookSecret: key(
    'The signing secret of the endpoint that was registered with the provider. Kept encrypted and never shown again.',
    '^whsec_[A-Za-z0-9+/=_-]+$',
  ),
  publishableKey: Type.Optional(
    key('The key for the browser, to be shown to it by you.', '^pk_(test|live)_[A-Za-z0-9_]+$'),
  ),
});

export const PaymentAccountResource = model('PaymentAccount', "A shop's account with a payment provider.", {
  provider: ref(AccountProviderName),
  isConnected: Type.Boolean({ description: 'The provider has its keys.' }),
  isEnabled: Type.Boolean({ description: 'It takes new payments. What is open is finished either way.' }),
  keyHint: nullableText('The ends of the secret key.'),
  publishableKey: nullableText('The key for the browser.'),
  callbackPath: text('Under your public address: the endpoint to register with the provider.', 200),
  createdAt: nullableInstant('When it was connected.'),
  updatedAt: nullableInstant('When it was last changed.'),
  version: Type.Integer({
    minimum: 0,
    description: 'Rises with every change; 0 while there is no account. The value for If-Match.',
  }),
});
export const PaymentAccountList = model('PaymentAccountList', 'Every provider that can have an account.', {
  data: Type.Array(ref(PaymentAccountResource), { description: 'The accounts.' }),
});

export const presentAccount = ({ shopId, provider, account }: AccountView) => ({
  provider,
  isConnected: account !== undefined,
  isEnabled: account?.isEnabled ?? false,
  keyHint: account?.keyHint ?? null,
  publishableKey: account?.publishableKey ?? null,
  callbackPath: `/v1/payment-callbacks/${provider}/${shopId}`,
  createdAt: instantOrNull(account?.createdAt ?? null),
  updatedAt: instantOrNull(account?.updatedAt ?? null),
  version: account?.version ?? 0,
});

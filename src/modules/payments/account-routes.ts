import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { ref } from '../../platform/http/schema.ts';
import {
  AccountProviderName,
  PaymentAccountList,
  PaymentAccountResource,
  PaymentAccountSet,
  presentAccount,
} from './account-schemas.ts';
import { enablePaymentAccount, readPaymentAccounts, setPaymentAccount } from './accounts.ts';
import { paymentErrors } from './errors.ts';

const tag = 'Payments';
const params = Type.Object({ provider: ref(AccountProviderName) });
const example = { params: { provider: 'stripe' } };

/** The shop's own accounts with payment providers. */
export function accountRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listPaymentAccounts',
    method: 'GET',
    path: '/v1/payment-accounts',
    tag,
    summary: 'List the accounts with payment providers',
    description:
      'Each provider that can have one, connected or not, with the path of the endpoint to register there. No secrets.',
    access: { secret: 'payment-accounts:read' },
    success: { statuses: [200], schema: PaymentAccountList, description: 'The accounts.' },
    errors: [],
    example: {},
    run: (ctx) => readPaymentAccounts(ctx),
    present: (views) => ({ data: views.map(presentAccount) }),
  });

  operation(app, {
    operationId: 'setPaymentAccount',
    method: 'PUT',
    path: '/v1/payment-accounts/{provider}',
    tag,
    summary: 'Connect an account with a payment provider',
    description:
      'Sets its keys, or replaces them, and enables it. The keys must belong to the same account as before while payments ' +
      'are open or may go back. Secrets only go in: no answer holds them.',
    access: { secret: 'payment-accounts:write' },
    versioned: true,
    params,
    body: PaymentAccountSet,
    success: { statuses: [200], schema: PaymentAccountResource, description: 'The account.' },
    errors: [paymentErrors.account_key_mode],
    example: {
      ...example,
      body: {
        secretKey: 'rk_test_ExampleOfARestrictedKey',
        webhookSecret: 'whsec_ExampleOfASigningSecret',
        publishableKey: 'pk_test_ExampleOfABrowserKey',
      },
    },
    run: (ctx, input) => setPaymentAccount(ctx, { ...input.params, ...input.body }),
    present: presentAccount,
  });

  enableRoute(app, 'disable');
  enableRoute(app, 'enable');
}

function enableRoute(app: FastifyInstance, verb: 'enable' | 'disable'): void {
  const isEnabled = verb === 'enable';
  operation(app, {
    operationId: `${verb}PaymentAccount`,
    method: 'POST',
    path: `/v1/payment-accounts/{provider}/${verb}`,
    tag,
    summary: isEnabled ? 'Take payments by an account again' : 'Take no new payments by an account',
    description: 'Payments that are open, refunds and callbacks are served either way.',
    access: { secret: 'payment-accounts:write' },
    versioned: true,
    params,
    success: { statuses: [200], schema: PaymentAccountResource, description: 'The account.' },
    errors: [],
    example,
    run: (ctx, input) => enablePaymentAccount(ctx, { ...input.params, isEnabled }),
    present: presentAccount,
  });
}

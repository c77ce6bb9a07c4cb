import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../../platform/errors.ts';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { uuid } from '../../platform/http/schema.ts';
import { customersErrors } from '../customers/errors.ts';
import { ledgerErrors } from '../ledger/errors.ts';
import { creditCustomerWallet, withdrawFromWallet } from './credit.ts';
import { ownWalletRoutes } from './own-wallet-routes.ts';
import { getWallet, listWalletMovements } from './read.ts';
import {
  presentMovement,
  presentWallet,
  Wallet,
  WalletCredit,
  WalletMovementModel,
  WalletMovementPage,
  WalletWithdrawal,
} from './schemas.ts';

const tag = 'Wallets';
const params = Type.Object({ customerId: uuid('The customer.') });
const example = { params: { customerId: '01890a5d-ac96-774b-bcce-b302099a8057' } };
const moved = {
  statuses: [201] as const,
  schema: WalletMovementModel,
  description: 'What was written down.',
};

export function walletRoutes(app: FastifyInstance): void {
  readRoutes(app);
  creditRoute(app);
  withdrawalRoute(app);
  ownWalletRoutes(app);
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getWallet',
    method: 'GET',
    path: '/v1/customers/{customerId}/wallet',
    tag,
    summary: "Read a customer's wallet",
    description: 'What the customer has, what of it is promised, and what can be spent.',
    access: { secret: 'wallets:read' },
    params,
    success: { statuses: [200], schema: Wallet, description: 'The wallet.' },
    errors: [customersErrors.customer_merged],
    example,
    run: (ctx, input) => getWallet(ctx, input.params.customerId),
    present: presentWallet,
  });

  operation(app, {
    operationId: 'listWalletMovements',
    method: 'GET',
    path: '/v1/customers/{customerId}/wallet/movements',
    tag,
    summary: 'List what came into a wallet and left it',
    description: 'Newest first, each with the balance after it. Never changed.',
    access: { secret: 'wallets:read' },
    params,
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: WalletMovementPage, description: 'A page of movements.' },
    errors: [customersErrors.customer_merged],
    example: { ...example, query: { limit: 20 } },
    run: (ctx, input) => listWalletMovements(ctx, input.params.customerId, input.query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentMovement), nextCursor }),
  });
}

function creditRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'creditCustomerWallet',
    method: 'POST',
    path: '/v1/customers/{customerId}/wallet/credits',
    tag,
    summary: 'Give stored value to a customer',
    description:
      'Out of goodwill, or because the customer paid it in. The customer can pay orders with it (`provider` `wallet`).',
    access: { secret: 'wallets:write' },
    idempotency: 'required',
    params,
    body: WalletCredit,
    success: moved,
    errors: [
      customersErrors.customer_merged,
      customersErrors.customer_erased,
      platformErrors.amount_too_large,
    ],
    example: { ...example, body: { amount: 1500, reason: 'goodwill', note: 'For the wait.' } },
    run: (ctx, input) => creditCustomerWallet(ctx, { ...input.params, ...input.body }),
    present: presentMovement,
  });
}

function withdrawalRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'withdrawFromWallet',
    method: 'POST',
    path: '/v1/customers/{customerId}/wallet/withdrawals',
    tag,
    summary: 'Pay stored value out',
    description:
      'Staff gave the money to the customer, in cash or by transfer. Never more than is available. What came back to an ' +
      'erased customer can be paid out too.',
    access: { secret: 'wallets:write' },
    idempotency: 'required',
    params,
    body: WalletWithdrawal,
    success: moved,
    errors: [customersErrors.customer_merged, ledgerErrors.insufficient_balance],
    example: { ...example, body: { amount: 1500, note: 'Paid out at the counter.' } },
    run: (ctx, input) => withdrawFromWallet(ctx, { ...input.params, ...input.body }),
    present: presentMovement,
  });
}

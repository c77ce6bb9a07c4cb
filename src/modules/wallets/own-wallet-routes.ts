import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../../platform/errors.ts';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { customersErrors } from '../customers/errors.ts';
import { getOwnWallet, listOwnWalletMovements } from './read.ts';
import { OwnWalletMovementPage, presentOwnMovement, presentWallet, Wallet } from './schemas.ts';

const tag = 'Wallets';
const access = { customer: true } as const;
// A token outlives its customer's merger by the moment in which it happens.
const errors = [platformErrors.not_found, customersErrors.customer_merged];

/** What customers see of their own stored value. They spend it by paying an order with the provider `wallet`. */
export function ownWalletRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getOwnWallet',
    method: 'GET',
    path: '/v1/me/wallet',
    tag,
    summary: 'Read the own wallet',
    description: 'What the customer who calls has, and what of it can be spent.',
    access,
    success: { statuses: [200], schema: Wallet, description: 'The wallet.' },
    errors,
    example: {},
    run: (ctx) => getOwnWallet(ctx),
    present: presentWallet,
  });

  operation(app, {
    operationId: 'listOwnWalletMovements',
    method: 'GET',
    path: '/v1/me/wallet/movements',
    tag,
    summary: 'List what came into the own wallet and left it',
    description: 'Newest first, each with the balance after it.',
    access,
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: OwnWalletMovementPage, description: 'A page of movements.' },
    errors,
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listOwnWalletMovements(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentOwnMovement), nextCursor }),
  });
}

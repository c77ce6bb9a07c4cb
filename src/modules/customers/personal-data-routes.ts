import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { uuid } from '../../platform/http/schema.ts';
import { depositErrors } from '../activities/deposits/errors.ts';
import { cardErrors } from '../wallets/cards/errors.ts';
import { walletErrors } from '../wallets/errors.ts';
import { customersErrors } from './errors.ts';
import { mergeCustomers } from './merge.ts';
import { eraseCustomer, exportPersonalData } from './personal-data.ts';
import {
  CustomerErasure,
  CustomerMergeInput,
  CustomerToken,
  CustomerTokenCreate,
  PersonalData,
  presentErasure,
  presentPersonalData,
} from './personal-data-schemas.ts';
import { Customer, presentCustomer } from './schemas.ts';
import { createCustomerToken } from './tokens.ts';

const tag = 'Customers';
const params = Type.Object({ customerId: uuid('The customer.') });
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const DEFAULT_TTL_MINUTES = 60;

/** Tokens, merging, export and erasure. */
export function personalDataRoutes(app: FastifyInstance): void {
  createCustomerTokenRoute(app);
  mergeCustomersRoute(app);
  exportPersonalDataRoute(app);
  eraseCustomerRoute(app);
}

function createCustomerTokenRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createCustomerToken',
    method: 'POST',
    path: '/v1/customer-tokens',
    tag,
    summary: 'Make a token for a customer',
    description:
      "Your server makes it when the customer has logged in with you, and gives it to the customer's browser: with " +
      'it the customer sees and does only what is theirs.',
    access: { secret: 'customers:write' },
    // A stored answer would hold the token.
    idempotency: 'none',
    body: CustomerTokenCreate,
    success: { statuses: [201], schema: CustomerToken, description: 'The token.' },
    errors: [
      customersErrors.customer_not_found,
      customersErrors.customer_merged,
      customersErrors.customer_erased,
    ],
    example: { body: { customerId: EXAMPLE_ID, ttlMinutes: 30 } },
    run: (ctx, { body }) =>
      createCustomerToken(ctx, {
        customerId: body.customerId,
        ttlMinutes: body.ttlMinutes ?? DEFAULT_TTL_MINUTES,
      }),
    present: ({ token, expiresAt }) => ({ token, expiresAt: expiresAt.toISOString() }),
  });
}

function mergeCustomersRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'mergeCustomers',
    method: 'POST',
    path: '/v1/customers/{customerId}/merge',
    tag,
    summary: 'Merge a duplicate',
    description:
      "The customer of the path takes over the duplicate's contact points, addresses, consents, purchases, orders " +
      'and stored value. Its own fields count, the duplicate fills what is empty, and a refusal of either is a refusal. From ' +
      'then on the duplicate is not found, and the answer names the surviving customer. It cannot be undone.',
    access: { secret: 'customers:write' },
    versioned: true,
    params,
    body: CustomerMergeInput,
    success: { statuses: [200], schema: Customer, description: 'The surviving customer.' },
    errors: mergeErrors,
    example: {
      params: { customerId: EXAMPLE_ID },
      body: { duplicateCustomerId: '01890a5d-ac96-774b-bcce-b302099a8058' },
    },
    run: (ctx, input) => mergeCustomers(ctx, input.params.customerId, input.body.duplicateCustomerId),
    present: (view, ctx) => presentCustomer(view, ctx.shop.currency),
  });
}

const mergeErrors = [
  customersErrors.merge_with_self,
  customersErrors.merge_exceeds_limits,
  customersErrors.customer_not_found,
  customersErrors.customer_merged,
  customersErrors.customer_erased,
];

function exportPersonalDataRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'exportPersonalData',
    method: 'GET',
    path: '/v1/customers/{customerId}/personal-data',
    tag,
    summary: 'Export everything about a customer',
    description: 'The profile, the consents, the purchases and what every other part of the shop holds.',
    access: { secret: 'customers:read' },
    params,
    success: { statuses: [200], schema: PersonalData, description: 'Everything that is held.' },
    errors: [customersErrors.customer_merged],
    example: { params: { customerId: EXAMPLE_ID } },
    run: (ctx, input) => exportPersonalData(ctx, input.params.customerId),
    present: (bundle, ctx) => presentPersonalData(bundle, ctx.shop.currency),
  });
}

function eraseCustomerRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'eraseCustomer',
    method: 'POST',
    path: '/v1/customers/{customerId}/erase',
    tag,
    summary: 'Erase a customer',
    description:
      'Erases everything personal at once and for good, ends the tokens of the customer, and says what is kept, why ' +
      'and until when. The id stays, because orders are kept under it. Erasing again changes nothing. Refused while the ' +
      'customer has stored value: it is paid out before.',
    access: { secret: 'customers:write' },
    idempotency: 'required',
    versioned: true,
    params,
    success: { statuses: [200], schema: CustomerErasure, description: 'What was erased and what is kept.' },
    errors: [
      customersErrors.customer_merged,
      customersErrors.customer_owes,
      walletErrors.wallet_not_empty,
      cardErrors.card_not_empty,
      depositErrors.gift_deposit_not_back,
    ],
    example: { params: { customerId: EXAMPLE_ID } },
    run: (ctx, input) => eraseCustomer(ctx, input.params.customerId),
    present: presentErasure,
  });
}

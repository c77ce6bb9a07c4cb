import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../../../platform/errors.ts';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { uuid } from '../../../platform/http/schema.ts';
import { customersErrors } from '../../customers/errors.ts';
import { endPaymentTerms, readAccount, readOpenOrders, setPaymentTerms } from './account.ts';
import { orderErrors as e } from '../errors.ts';
import { OrderModel, presentOrder } from '../schemas.ts';
import {
  AccountModel,
  OpenOrderPage,
  OrderWriteOff,
  PaymentTermsSet,
  presentAccount,
  presentOpenOrder,
  WriteOffLift,
} from './schemas.ts';
import { liftWriteOff, writeOffOrder } from './write-off.ts';

const tag = 'Orders';
const params = Type.Object({ customerId: uuid('The customer.') });
const example = { params: { customerId: '01890a5d-ac96-774b-bcce-b302099a8057' } };
const whole = { statuses: [200] as const, schema: AccountModel, description: 'The account.' };
const page = { statuses: [200] as const, schema: OpenOrderPage, description: 'A page of orders.' };
const errors = [customersErrors.customer_merged];
// A token outlives its customer's erasure or merger by the moment in which both happen.
const gone = [platformErrors.not_found, customersErrors.customer_merged];

const orderParams = Type.Object({ orderId: uuid('The order.') });
const written = { statuses: [200] as const, schema: OrderModel, description: 'The order.' };

function writeOffRoutes(app: FastifyInstance): void {
  const base = {
    method: 'POST',
    tag,
    access: { secret: 'orders:write' },
    idempotency: 'required',
    versioned: true,
    params: orderParams,
    success: written,
    present: presentOrder,
  } as const;
  const someOrder = { params: { orderId: '01890a5d-ac96-774b-bcce-b302099a8057' } };
  operation(app, {
    ...base,
    operationId: 'writeOffOrder',
    path: '/v1/orders/{orderId}/write-off',
    summary: 'Give up what is owed for an order',
    description:
      'Of goods that left the house and that nobody will pay. It is an expense in the books, is not due any more, and uses no credit.',
    body: OrderWriteOff,
    errors: [e.write_off_not_possible, e.write_off_too_large, e.order_in_edit],
    example: { ...someOrder, body: { reason: 'The customer is insolvent.' } },
    run: (ctx, input) => writeOffOrder(ctx, { ...input.params, ...input.body }),
  });
  operation(app, {
    ...base,
    operationId: 'liftWriteOff',
    path: '/v1/orders/{orderId}/write-off/lift',
    summary: 'Ask again for what was given up',
    description: 'Everything that was written off of the order is due again, and can be paid.',
    body: WriteOffLift,
    errors: [e.write_off_not_possible, e.order_in_edit],
    example: { ...someOrder, body: { reason: 'The customer pays after all.' } },
    run: (ctx, input) => liftWriteOff(ctx, { ...input.params, ...input.body }),
  });
}

export function creditRoutes(app: FastifyInstance): void {
  writeOffRoutes(app);
  accountRoutes(app);
  termsRoutes(app);
  ownAccountRoutes(app);
}

function accountRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getCustomerAccount',
    method: 'GET',
    path: '/v1/customers/{customerId}/account',
    tag,
    summary: 'Read what a customer owes',
    description: 'The terms, what is open of all orders on account, and what is left of the limit.',
    access: { secret: 'orders:read' },
    holdsFigures: true,
    params,
    success: whole,
    errors,
    example,
    run: (ctx, input) => readAccount(ctx, input.params.customerId),
    present: (account, ctx) => presentAccount(account, ctx.shop.currency),
  });

  operation(app, {
    operationId: 'listOpenOrders',
    method: 'GET',
    path: '/v1/customers/{customerId}/open-orders',
    tag,
    summary: 'List what is open of the orders of a customer',
    description: 'Orders on account that are not paid, the oldest first, with when their parts are due.',
    access: { secret: 'orders:read' },
    params,
    query: Type.Object(pageQuery),
    success: page,
    errors,
    example: { ...example, query: { limit: 50 } },
    run: (ctx, input) => readOpenOrders(ctx, input.params.customerId, input.query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentOpenOrder), nextCursor }),
  });
}

function termsRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'setPaymentTerms',
    method: 'PUT',
    path: '/v1/customers/{customerId}/payment-terms',
    tag,
    summary: 'Agree on payment terms with a customer',
    description:
      'From now on the customer may order on account up to the limit: a share of the total is due at once, the rest some days after ' +
      'placing or delivery. Orders that were placed before stay as they were.',
    access: { secret: 'orders:write' },
    versioned: true,
    params,
    body: PaymentTermsSet,
    success: whole,
    errors,
    example: {
      ...example,
      body: { depositShareBps: 3000, netDays: 30, netFrom: 'delivered', creditLimitAmount: 500_000 },
    },
    run: (ctx, input) => setPaymentTerms(ctx, input.params.customerId, input.body),
    present: (account, ctx) => presentAccount(account, ctx.shop.currency),
  });

  operation(app, {
    operationId: 'endPaymentTerms',
    method: 'DELETE',
    path: '/v1/customers/{customerId}/payment-terms',
    tag,
    summary: 'End the payment terms of a customer',
    description: 'What is open stays open, and is due as it was.',
    access: { secret: 'orders:write' },
    versioned: true,
    params,
    success: whole,
    errors,
    example,
    run: (ctx, input) => endPaymentTerms(ctx, input.params.customerId),
    present: (account, ctx) => presentAccount(account, ctx.shop.currency),
  });
}

function ownAccountRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getOwnAccount',
    method: 'GET',
    path: '/v1/me/account',
    tag,
    summary: 'Read the own account',
    description: 'On which terms the customer who calls may order on account, and what is open.',
    access: { customer: true },
    holdsFigures: true,
    success: whole,
    errors: gone,
    example: {},
    run: (ctx) => readAccount(ctx, ctx.customerId ?? ''),
    present: (account, ctx) => presentAccount(account, ctx.shop.currency),
  });

  operation(app, {
    operationId: 'listOwnOpenOrders',
    method: 'GET',
    path: '/v1/me/open-orders',
    tag,
    summary: 'List what is open of the own orders',
    description: 'Orders on account that are not paid, the oldest first, with when their parts are due.',
    access: { customer: true },
    query: Type.Object(pageQuery),
    success: page,
    errors: gone,
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => readOpenOrders(ctx, ctx.customerId ?? '', query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentOpenOrder), nextCursor }),
  });
}

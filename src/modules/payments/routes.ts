import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { ref, uuid } from '../../platform/http/schema.ts';
import { accountRoutes } from './account-routes.ts';
import { receiveCallback } from './callbacks.ts';
import { paymentErrors } from './errors.ts';
import { readPayment, readPayments, readRefund, readRefunds, readStatements } from './read.ts';
import { confirmRefund, retryRefund } from './refunds.ts';
import {
  CallbackReceived,
  PaymentPage,
  PaymentResource,
  presentPayment,
  presentRefund,
  presentStatement,
  ProviderName,
  ProviderStatementList,
  RefundConfirm,
  RefundPage,
  RefundResource,
  RefundState,
} from './schemas.ts';

const tag = 'Payments';
const paymentParams = Type.Object({ paymentId: uuid('The payment.') });
const refundParams = Type.Object({ refundId: uuid('The refund.') });
const somePayment = { paymentId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const someRefund = { refundId: '01890a5d-ac96-774b-bcce-b302099a8057' };

export function paymentRoutes(app: FastifyInstance): void {
  readRoutes(app);
  refundReadRoutes(app);
  refundRoutes(app);
  accountRoutes(app);
  // Signatures are over bytes: the body of a callback reaches the provider's code as it came.
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    callbackRoutes(scope);
  });
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listPayments',
    method: 'GET',
    path: '/v1/payments',
    tag,
    summary: 'List payments',
    description: 'Every attempt, newest first, also failed ones.',
    access: { secret: 'payments:read' },
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: PaymentPage, description: 'A page of payments.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => readPayments(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentPayment), nextCursor }),
  });

  operation(app, {
    operationId: 'getPayment',
    method: 'GET',
    path: '/v1/payments/{paymentId}',
    tag,
    summary: 'Read a payment',
    description: 'One attempt, with what became of it.',
    access: { secret: 'payments:read' },
    params: paymentParams,
    success: { statuses: [200], schema: PaymentResource, description: 'The payment.' },
    errors: [],
    example: { params: somePayment },
    run: (ctx, { params }) => readPayment(ctx, params.paymentId),
    present: presentPayment,
  });

  operation(app, {
    operationId: 'listProviderStatements',
    method: 'GET',
    path: '/v1/payments/{paymentId}/statements',
    tag,
    summary: "List a provider's statements",
    description: 'What the provider said about a payment, word for word, each statement once. Never changed.',
    access: { secret: 'payments:read' },
    params: paymentParams,
    success: { statuses: [200], schema: ProviderStatementList, description: 'The statements.' },
    errors: [],
    example: { params: somePayment },
    run: (ctx, { params }) => readStatements(ctx, params.paymentId),
    present: (rows) => ({ data: rows.map(presentStatement) }),
  });
}

function refundReadRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listRefunds',
    method: 'GET',
    path: '/v1/refunds',
    tag,
    summary: 'List refunds',
    description: 'Newest first. Those of an order are also those of the payments of its settlements.',
    access: { secret: 'payments:read' },
    query: Type.Object({
      orderId: Type.Optional(uuid('Only those along payments of this order.')),
      state: Type.Optional(ref(RefundState, { description: 'Only those in this state.' })),
      ...pageQuery,
    }),
    success: { statuses: [200], schema: RefundPage, description: 'A page of refunds.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => readRefunds(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentRefund), nextCursor }),
  });

  operation(app, {
    operationId: 'getRefund',
    method: 'GET',
    path: '/v1/refunds/{refundId}',
    tag,
    summary: 'Read a refund',
    description: 'Money on its way back, with how far it has come.',
    access: { secret: 'payments:read' },
    params: refundParams,
    success: { statuses: [200], schema: RefundResource, description: 'The refund.' },
    errors: [],
    example: { params: someRefund },
    run: (ctx, { params }) => readRefund(ctx, params.refundId),
    present: presentRefund,
  });
}

function refundRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'confirmRefund',
    method: 'POST',
    path: '/v1/refunds/{refundId}/confirm',
    tag,
    summary: 'Confirm a manual refund',
    description:
      'Staff gave the money back in cash or by transfer. Also ends a failed refund that was settled outside.',
    access: { secret: 'payments:write' },
    idempotency: 'required',
    versioned: true,
    params: refundParams,
    body: RefundConfirm,
    success: { statuses: [200], schema: RefundResource, description: 'The refund.' },
    errors: [paymentErrors.refund_not_manual],
    example: { params: someRefund, body: { reference: 'Transfer 2024-118' } },
    run: (ctx, { params, body }) => confirmRefund(ctx, { ...params, reference: body.reference ?? null }),
    present: presentRefund,
  });

  operation(app, {
    operationId: 'retryRefund',
    method: 'POST',
    path: '/v1/refunds/{refundId}/retry',
    tag,
    summary: 'Try a refund again',
    description: 'Hands it to the provider again, under the same key: money moves at most once.',
    access: { secret: 'payments:write' },
    idempotency: 'required',
    versioned: true,
    params: refundParams,
    success: { statuses: [200], schema: RefundResource, description: 'The refund.' },
    errors: [paymentErrors.refund_finished],
    example: { params: someRefund },
    run: (ctx, { params }) => retryRefund(ctx, params.refundId),
    present: presentRefund,
  });
}

function callbackRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'receiveCallback',
    method: 'POST',
    path: '/v1/payment-callbacks/{provider}/{shopId}',
    tag,
    summary: "Take a provider's callback",
    description: 'Called by payment providers, not by you. Proves itself by the signature of the provider.',
    access: { open: true },
    params: Type.Object({ provider: ref(ProviderName), shopId: uuid('The shop.') }),
    success: { statuses: [200], schema: CallbackReceived, description: 'Taken, also when it was known.' },
    errors: [paymentErrors.callback_not_genuine],
    example: { params: { provider: 'simulator', shopId: '01890a5d-ac96-774b-bcce-b302099a8057' } },
    run: (ctx, { params }, request) =>
      receiveCallback(ctx, {
        ...params,
        headers: request.headers,
        body: (request.body as Buffer | undefined) ?? Buffer.alloc(0),
      }),
    present: ({ received }) => ({ receivedCount: received }),
  });
}

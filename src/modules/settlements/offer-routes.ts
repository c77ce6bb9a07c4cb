import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { uuid } from '../../platform/http/schema.ts';
import { ledgerErrors } from '../ledger/errors.ts';
import { OrderPaymentList } from '../orders/schemas.ts';
import { paymentErrors } from '../payments/errors.ts';
import { PaymentResource, presentPayment } from '../payments/schemas.ts';
import { couponErrors } from '../campaigns/coupons/errors.ts';
import { cardErrors } from '../wallets/cards/errors.ts';
import { acceptSettlement, counterSettlement } from './answer.ts';
import { settlementErrors as errors } from './errors.ts';
import { SettlementCounter, SettlementOfferCreate, SettlementPaymentCreate } from './offer-schemas.ts';
import { offerSettlement } from './offers.ts';
import { paySettlement, readSettlementPayments } from './pay.ts';
import { presentSettlement, SettlementModel } from './settlement-schemas.ts';

const tag = 'Settlements';
const someId = '01890a5d-ac96-774b-bcce-b302099a8057';
const params = Type.Object({ settlementId: uuid('The settlement.') });
const example = { params: { settlementId: someId } };
const whole = { schema: SettlementModel, description: 'The settlement.' };

/** What an answer to an offer can be refused for. */
export const answerErrors = [
  errors.settlement_not_open,
  errors.not_your_turn,
  errors.offer_expired,
  errors.order_not_settleable,
];
/** What paying can be refused for. */
export const payErrors = [
  errors.settlement_not_payable,
  errors.offer_expired,
  errors.order_not_settleable,
  paymentErrors.provider_not_available,
  paymentErrors.amount_not_supported,
  paymentErrors.payment_method_not_taken,
  ledgerErrors.insufficient_balance,
  couponErrors.coupon_not_usable,
  cardErrors.card_not_usable,
];

/** Offers, answers to them, and paying what was accepted. */
export function offerRoutes(app: FastifyInstance): void {
  makingRoutes(app);
  answeringRoutes(app);
  payingRoutes(app);
}

function makingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'offerSettlement',
    method: 'POST',
    path: '/v1/orders/{orderId}/settlement-offers',
    tag,
    summary: 'Offer a settlement',
    description:
      'The shop offers to pay a difference, or asks the customer to pay one; the customer accepts, counters or declines in time, ' +
      'or it expires. A line is in one open settlement at most.',
    access: { secret: 'settlements:write' },
    idempotency: 'required',
    params: Type.Object({ orderId: uuid('The order.') }),
    body: SettlementOfferCreate,
    success: { statuses: [201], ...whole },
    errors: [
      errors.order_not_settleable,
      errors.offer_inconsistent,
      errors.settlement_too_large,
      errors.payout_method_not_available,
      errors.line_in_settlement,
    ],
    example: {
      params: { orderId: someId },
      body: {
        direction: 'from_customer',
        reason: 'price_error',
        lines: [{ lineId: someId, amount: 600, comparedUnitAmount: 2100 }],
        message: 'The label said 18.00 instead of 21.00. Would you take both for 6.00 more?',
      },
    },
    run: (ctx, { params: { orderId }, body }) => offerSettlement(ctx, { orderId, ...body }),
    present: presentSettlement,
  });
}

function answeringRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'acceptSettlement',
    method: 'POST',
    path: '/v1/settlements/{settlementId}/accept',
    tag,
    summary: 'Accept an offer',
    description:
      'By the side that has the turn. Money to the customer is set on its way at once; money from the customer is to be paid in time.',
    access: { secret: 'settlements:write', customer: true },
    idempotency: 'required',
    versioned: true,
    params,
    success: { statuses: [200], ...whole },
    errors: answerErrors,
    example,
    run: (ctx, { params: { settlementId } }) => acceptSettlement(ctx, settlementId),
    present: presentSettlement,
  });

  operation(app, {
    operationId: 'counterSettlement',
    method: 'POST',
    path: '/v1/settlements/{settlementId}/counter',
    tag,
    summary: 'Make a counter-offer',
    description:
      'By the side that has the turn, up to the number that the shop’s settings allow. The lines share the other amount as they ' +
      'shared the first one.',
    access: { secret: 'settlements:write', customer: true },
    idempotency: 'required',
    versioned: true,
    params,
    body: SettlementCounter,
    success: { statuses: [200], ...whole },
    errors: [...answerErrors, errors.too_many_rounds, errors.settlement_too_large],
    example: { ...example, body: { amount: 250, message: 'Half of it would be fair.' } },
    run: (ctx, { params: { settlementId }, body }) => counterSettlement(ctx, { settlementId, ...body }),
    present: presentSettlement,
  });
}

function payingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'paySettlement',
    method: 'POST',
    path: '/v1/settlements/{settlementId}/payments',
    tag,
    summary: 'Pay a settlement',
    description:
      'Opens an attempt with a number of its own for all of what the customer accepted. The first that succeeds settles it; what ' +
      'is paid beyond that, or too late, goes back by itself. A coupon of the customer may pay a part: it is held while the attempt ' +
      'is open, and used in the moment in which the rest is paid.',
    access: { secret: 'payments:write', customer: true },
    idempotency: 'required',
    versioned: true,
    params,
    body: SettlementPaymentCreate,
    success: { statuses: [201], schema: PaymentResource, description: 'The attempt.' },
    errors: payErrors,
    example: { ...example, body: { provider: 'manual', reference: 'Receipt 119' } },
    run: (ctx, { params: { settlementId }, body }) => paySettlement(ctx, { settlementId, ...body }),
    present: presentPayment,
  });

  operation(app, {
    operationId: 'listSettlementPayments',
    method: 'GET',
    path: '/v1/settlements/{settlementId}/payments',
    tag,
    summary: 'List the payments of a settlement',
    description: 'Every attempt, newest first, with what became of it.',
    access: { secret: 'payments:read', customer: true },
    params,
    success: { statuses: [200], schema: OrderPaymentList, description: 'The attempts.' },
    errors: [],
    example,
    run: (ctx, { params: { settlementId } }) => readSettlementPayments(ctx, settlementId),
    present: (rows) => ({ data: rows.map(presentPayment) }),
  });
}

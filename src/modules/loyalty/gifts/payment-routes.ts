import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { uuid } from '../../../platform/http/schema.ts';
import { customersErrors } from '../../customers/errors.ts';
import { ledgerErrors } from '../../ledger/errors.ts';
import { paymentErrors } from '../../payments/errors.ts';
import { PaymentResource, presentPayment } from '../../payments/schemas.ts';
import { cardErrors } from '../../wallets/cards/errors.ts';
import { giftErrors as e } from './errors.ts';
import { listRedemptionPayments, payRedemption } from './pay.ts';
import { RedemptionPaymentCreate, RedemptionPaymentList } from './redemption-schemas.ts';

const tag = 'Loyalty';
const params = Type.Object({ redemptionId: uuid('The redemption.') });
const example = { params: { redemptionId: '01890a5d-ac96-774b-bcce-b302099a8057' } };

/** What gifts cost in money on top of points. */
export function redemptionPaymentRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'payRedemption',
    method: 'POST',
    path: '/v1/redemptions/{redemptionId}/payments',
    tag,
    summary: 'Pay what a gift costs in money',
    description:
      'While it is held. With the last of it the gift is had. What comes when nobody waits for it any more goes back by itself.',
    access: { secret: 'payments:write', customer: true },
    idempotency: 'required',
    params,
    body: RedemptionPaymentCreate,
    success: { statuses: [201], schema: PaymentResource, description: 'The attempt.' },
    errors: [
      customersErrors.customer_merged,
      e.redemption_not_held,
      e.redemption_not_payable,
      e.redemption_payment_too_large,
      paymentErrors.provider_not_available,
      paymentErrors.amount_not_supported,
      paymentErrors.payment_method_not_taken,
      cardErrors.card_not_usable,
      ledgerErrors.insufficient_balance,
    ],
    example: { ...example, body: { provider: 'manual', reference: 'Receipt 118' } },
    run: (ctx, input) => payRedemption(ctx, { ...input.params, ...input.body }),
    present: presentPayment,
  });

  operation(app, {
    operationId: 'listRedemptionPayments',
    method: 'GET',
    path: '/v1/redemptions/{redemptionId}/payments',
    tag,
    summary: 'List the payments of a redemption',
    description: 'Every attempt, newest first, with what became of it.',
    access: { secret: 'payments:read', customer: true },
    params,
    success: { statuses: [200], schema: RedemptionPaymentList, description: 'The attempts.' },
    errors: [],
    example,
    run: (ctx, input) => listRedemptionPayments(ctx, input.params.redemptionId),
    present: (rows) => ({ data: rows.map(presentPayment) }),
  });
}

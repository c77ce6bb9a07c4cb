import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { uuid } from '../../platform/http/schema.ts';
import { OrderPaymentList } from '../orders/schemas.ts';
import { PaymentResource, presentPayment } from '../payments/schemas.ts';
import { acceptSettlement, counterSettlement } from './answer.ts';
import { declineSettlement, readSettlement } from './decide.ts';
import { settlementErrors as errors } from './errors.ts';
import { LinkedSettlement, presentLinked } from './link-schemas.ts';
import {
  createSettlementLink,
  linkedSettlementId,
  readSettlementLinks,
  revokeSettlementLink,
  SETTLEMENT_LINK,
} from './links.ts';
import { answerErrors, payErrors } from './offer-routes.ts';
import {
  LinkCreate,
  LinkList,
  LinkModel,
  LinkWithToken,
  presentLink,
  SettlementCounter,
  SettlementPaymentCreate,
} from './offer-schemas.ts';
import { paySettlement, readSettlementPayments } from './pay.ts';
import { SettlementDecline } from './settlement-schemas.ts';

const tag = 'Settlements';
const someId = '01890a5d-ac96-774b-bcce-b302099a8057';
const someToken = `lk_AYkKXayWd0u8zrMCCZqAVw${'abcdefghij'.repeat(4)}klm`;
const params = Type.Object({ settlementId: uuid('The settlement.') });
const linkParams = Type.Object({ settlementId: uuid('The settlement.'), linkId: uuid('The link.') });
// Whatever is no token of an open link is not found; that its form is wrong is nobody's business.
const tokenParams = Type.Object({
  token: Type.String({ maxLength: 200, description: 'The token of the link, which is its credential.' }),
});
const example = { params: { token: someToken } };
const linked = { statuses: [200] as const, schema: LinkedSettlement, description: 'The settlement.' };
const access = { link: SETTLEMENT_LINK };

/** Links to a settlement, and what their holders can do without logging in. */
export function linkRoutes(app: FastifyInstance): void {
  staffRoutes(app);
  readingRoutes(app);
  answeringRoutes(app);
  decliningRoutes(app);
  payingRoutes(app);
}

function staffRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createSettlementLink',
    method: 'POST',
    path: '/v1/settlements/{settlementId}/links',
    tag,
    summary: 'Make a link',
    description:
      'With its token anybody can read, answer and pay the settlement without logging in, until it expires (in real time) or is ' +
      'revoked. The token is shown once, so a repeated request makes another link.',
    access: { secret: 'settlements:write' },
    idempotency: 'none',
    params,
    body: LinkCreate,
    success: { statuses: [201], schema: LinkWithToken, description: 'The link with its token.' },
    errors: [errors.settlement_not_open],
    example: { params: { settlementId: someId }, body: { validHours: 72 } },
    run: (ctx, { params: { settlementId }, body }) => createSettlementLink(ctx, { settlementId, ...body }),
    present: ({ link, token }) => ({ ...presentLink(link), token }),
  });

  operation(app, {
    operationId: 'listSettlementLinks',
    method: 'GET',
    path: '/v1/settlements/{settlementId}/links',
    tag,
    summary: 'List the links to a settlement',
    description: 'Newest first, without their tokens, also those that no longer count.',
    access: { secret: 'settlements:read' },
    params,
    success: { statuses: [200], schema: LinkList, description: 'The links.' },
    errors: [],
    example: { params: { settlementId: someId } },
    run: (ctx, { params: { settlementId } }) => readSettlementLinks(ctx, settlementId),
    present: (links) => ({ data: links.map(presentLink) }),
  });

  operation(app, {
    operationId: 'revokeSettlementLink',
    method: 'POST',
    path: '/v1/settlements/{settlementId}/links/{linkId}/revoke',
    tag,
    summary: 'Revoke a link',
    description: 'It no longer counts from the next request on. One that was revoked stays so.',
    access: { secret: 'settlements:write' },
    params: linkParams,
    success: { statuses: [200], schema: LinkModel, description: 'The link.' },
    errors: [],
    example: { params: { settlementId: someId, linkId: someId } },
    run: (ctx, input) => revokeSettlementLink(ctx, input.params),
    present: presentLink,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getLinkedSettlement',
    method: 'GET',
    path: '/v1/settlement-links/{token}',
    tag,
    summary: 'Read a settlement by its link',
    description:
      'Why, each line with its old and new price and the arithmetic, what was said, until when, and how it can be paid. A token ' +
      'that is unknown, expired or revoked is not found.',
    access,
    holdsFigures: true,
    params: tokenParams,
    success: linked,
    errors: [],
    example,
    run: (ctx) => readSettlement(ctx, linkedSettlementId(ctx)),
    present: presentLinked,
  });

  operation(app, {
    operationId: 'listLinkedPayments',
    method: 'GET',
    path: '/v1/settlement-links/{token}/payments',
    tag,
    summary: 'List the payments of a settlement by its link',
    description: 'Every attempt, newest first; an open one with what the browser needs to pay it.',
    access,
    params: tokenParams,
    success: { statuses: [200], schema: OrderPaymentList, description: 'The attempts.' },
    errors: [],
    example,
    run: (ctx) => readSettlementPayments(ctx, linkedSettlementId(ctx)),
    present: (rows) => ({ data: rows.map(presentPayment) }),
  });
}

function answeringRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'acceptLinkedSettlement',
    method: 'POST',
    path: '/v1/settlement-links/{token}/accept',
    tag,
    summary: 'Accept an offer by its link',
    description: 'When the customer has the turn. What is to be paid is then paid with `/pay`.',
    access,
    idempotency: 'required',
    versioned: true,
    params: tokenParams,
    success: linked,
    errors: answerErrors,
    example,
    run: (ctx) => acceptSettlement(ctx, linkedSettlementId(ctx)),
    present: presentLinked,
  });

  operation(app, {
    operationId: 'counterLinkedSettlement',
    method: 'POST',
    path: '/v1/settlement-links/{token}/counter',
    tag,
    summary: 'Make a counter-offer by a link',
    description: 'When the customer has the turn.',
    access,
    idempotency: 'required',
    versioned: true,
    params: tokenParams,
    body: SettlementCounter,
    success: linked,
    errors: [...answerErrors, errors.too_many_rounds, errors.settlement_too_large],
    example: { ...example, body: { amount: 250, message: 'Half of it would be fair.' } },
    run: (ctx, { body }) => counterSettlement(ctx, { settlementId: linkedSettlementId(ctx), ...body }),
    present: presentLinked,
  });
}

function decliningRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'declineLinkedSettlement',
    method: 'POST',
    path: '/v1/settlement-links/{token}/decline',
    tag,
    summary: 'Decline an offer by its link',
    description: 'When the customer has the turn, with one of the customer’s reasons.',
    access,
    versioned: true,
    params: tokenParams,
    body: SettlementDecline,
    success: linked,
    errors: [
      errors.settlement_not_open,
      errors.not_your_turn,
      errors.offer_expired,
      errors.decline_reason_not_yours,
    ],
    example: { ...example, body: { reason: 'amount_not_right' } },
    run: (ctx, { body }) => declineSettlement(ctx, linkedSettlementId(ctx), body.reason),
    present: presentLinked,
  });
}

function payingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'payLinkedSettlement',
    method: 'POST',
    path: '/v1/settlement-links/{token}/pay',
    tag,
    summary: 'Pay a settlement by its link',
    description:
      'As `paySettlement`, for who holds the link: by a provider, not in cash and not with the stored value or coupons of the customer.',
    access,
    idempotency: 'required',
    versioned: true,
    params: tokenParams,
    body: SettlementPaymentCreate,
    success: { statuses: [201], schema: PaymentResource, description: 'The attempt.' },
    errors: payErrors,
    example: { ...example, body: { provider: 'simulator' } },
    run: (ctx, { body }) => paySettlement(ctx, { settlementId: linkedSettlementId(ctx), ...body }),
    present: presentPayment,
  });
}

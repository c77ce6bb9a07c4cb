import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../../../platform/errors.ts';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { uuid } from '../../../platform/http/schema.ts';
import { paymentErrors } from '../../payments/errors.ts';
import { quoteCardRefund, refundCard } from './end.ts';
import { cardErrors as e } from './errors.ts';
import { loadCard } from './load.ts';
import {
  CardLoadCreate,
  CardLoadModel,
  CardLoadPage,
  CardOfferCreate,
  CardOfferModel,
  CardOfferPage,
  CardOfferUpdate,
  CardRefundInput,
  CardRefundModel,
  CardTermsInput,
  CardTermsModel,
  CardTermsPage,
  OpenedCardLoadModel,
  presentLoad,
  presentOffer,
  presentOpenedLoad,
  presentRefundQuote,
  presentTerms,
} from './load-schemas.ts';
import {
  createCardOffer,
  listCardOffers,
  listCardTerms,
  putCardTerms,
  readCardTerms,
  updateCardOffer,
} from './offers.ts';
import { listCardLoads, readCardLoad } from './read.ts';
import { CARD_TAG, cardParams, EXAMPLE_CARD } from './routes.ts';
import { endPromisedGift } from './standing.ts';

const tag = CARD_TAG;
const id = EXAMPLE_CARD.cardId;
const example = { params: EXAMPLE_CARD };
const openRead = { secret: 'wallets:read', publishable: true, customer: true } as const;
const loadParams = Type.Object({ cardLoadId: uuid('The load.') });
const giftParams = Type.Object({ promisedGiftId: uuid('The gift.') });

/** Terms and offers of cards, top-ups, and what a card pays back when it ends. */
export function cardLoadRoutes(app: FastifyInstance): void {
  termsRoutes(app);
  offerRoutes(app);
  loadRoutes(app);
  loadReadingRoutes(app);
  giftRoutes(app);
  refundRoutes(app);
}

function termsRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'putCardTerms',
    method: 'PUT',
    path: '/v1/card-terms',
    tag,
    summary: 'Say what the terms of cards are',
    description: 'From now on. Loads keep the terms that their customers were shown.',
    access: { secret: 'wallets:write' },
    body: CardTermsInput,
    success: { statuses: [200], schema: CardTermsModel, description: 'The terms.' },
    errors: [platformErrors.version_conflict],
    example: {
      body: { text: 'Paid for once, used in all our shops. Unused within 7 days: all of it back.' },
    },
    run: (ctx, { body }) => putCardTerms(ctx, body),
    present: presentTerms,
  });

  operation(app, {
    operationId: 'getCardTerms',
    method: 'GET',
    path: '/v1/card-terms',
    tag,
    summary: 'Read the terms of cards',
    description: 'Those that hold now, to be shown before a top-up.',
    access: openRead,
    success: { statuses: [200], schema: CardTermsModel, description: 'The terms.' },
    errors: [platformErrors.not_found],
    example: {},
    run: (ctx) => readCardTerms(ctx),
    present: presentTerms,
  });

  operation(app, {
    operationId: 'listCardTermsVersions',
    method: 'GET',
    path: '/v1/card-terms/versions',
    tag,
    summary: 'List the versions of the terms of cards',
    description: 'Newest first.',
    access: { secret: 'wallets:read' },
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: CardTermsPage, description: 'A page of versions.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listCardTerms(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentTerms), nextCursor }),
  });
}

function offerRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createCardOffer',
    method: 'POST',
    path: '/v1/card-offers',
    tag,
    summary: 'Offer something on top of a top-up',
    description:
      'A bonus, gifts, or both, from a payment on. A top-up gets the highest open step that it reaches.',
    access: { secret: 'wallets:write' },
    body: CardOfferCreate,
    success: { statuses: [201], schema: CardOfferModel, description: 'The offer.' },
    errors: [e.card_gift_product_not_found, e.card_offer_empty, e.card_offer_step_taken],
    example: { body: { paidAmount: 100_000, bonusAmount: 20_000 } },
    run: (ctx, { body }) => createCardOffer(ctx, body),
    present: presentOffer,
  });

  operation(app, {
    operationId: 'updateCardOffer',
    method: 'PATCH',
    path: '/v1/card-offers/{cardOfferId}',
    tag,
    summary: 'Open or end an offer',
    description:
      'What it says never changes: a top-up keeps what it was promised, and another offer is another step.',
    access: { secret: 'wallets:write' },
    versioned: true,
    params: Type.Object({ cardOfferId: uuid('The offer.') }),
    body: CardOfferUpdate,
    success: { statuses: [200], schema: CardOfferModel, description: 'The offer.' },
    errors: [e.card_offer_step_taken],
    example: { params: { cardOfferId: id }, body: { isOpen: false } },
    run: (ctx, { params, body }) => updateCardOffer(ctx, params.cardOfferId, body),
    present: presentOffer,
  });

  operation(app, {
    operationId: 'listCardOffers',
    method: 'GET',
    path: '/v1/card-offers',
    tag,
    summary: 'List offers of top-ups',
    description: 'Newest first.',
    access: openRead,
    query: Type.Object({
      isOpen: Type.Optional(
        Type.Boolean({ description: 'Only those that top-ups get, or those that ended.' }),
      ),
      ...pageQuery,
    }),
    success: { statuses: [200], schema: CardOfferPage, description: 'A page of offers.' },
    errors: [],
    example: { query: { isOpen: true, limit: 20 } },
    run: (ctx, { query }) => listCardOffers(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({ data: rows.map((row) => presentOffer(row, ctx)), nextCursor }),
  });
}

function loadRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'loadCard',
    method: 'POST',
    path: '/v1/cards/{cardId}/loads',
    tag,
    summary: 'Top a card up',
    description:
      'The load waits for its payment, which is opened with it; a manual one counts at once. Stored value does not buy stored value. ' +
      'What would be on the card with the bonus and with loads that wait is held against the limit of such cards.',
    access: { secret: 'wallets:write', customer: true },
    idempotency: 'required',
    params: cardParams,
    body: CardLoadCreate,
    success: {
      statuses: [201],
      schema: OpenedCardLoadModel,
      description: 'The load, and the attempt to pay it.',
    },
    errors: [
      e.card_not_loadable,
      e.card_limit_exceeded,
      e.card_terms_missing,
      e.card_terms_changed,
      e.card_offer_changed,
      paymentErrors.provider_not_available,
      paymentErrors.amount_not_supported,
      paymentErrors.payment_method_not_taken,
    ],
    example: {
      ...example,
      body: { amount: 50_000, termsVersion: 1, provider: 'manual', reference: 'Receipt 12' },
    },
    run: (ctx, { params, body }) => loadCard(ctx, { ...params, ...body }),
    present: presentOpenedLoad,
  });
}

function loadReadingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCardLoads',
    method: 'GET',
    path: '/v1/cards/{cardId}/loads',
    tag,
    summary: 'List the top-ups of a card',
    description: 'Newest first, each with the terms as they were shown and what was promised.',
    access: { secret: 'wallets:read', customer: true },
    params: cardParams,
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: CardLoadPage, description: 'A page of loads.' },
    errors: [],
    example: { ...example, query: { limit: 20 } },
    run: (ctx, { params, query }) => listCardLoads(ctx, params.cardId, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentLoad), nextCursor }),
  });

  operation(app, {
    operationId: 'getCardLoad',
    method: 'GET',
    path: '/v1/card-loads/{cardLoadId}',
    tag,
    summary: 'Read a top-up',
    description: 'With the terms as they were shown and what was promised.',
    access: { secret: 'wallets:read', customer: true },
    params: loadParams,
    success: { statuses: [200], schema: CardLoadModel, description: 'The load.' },
    errors: [],
    example: { params: { cardLoadId: id } },
    run: (ctx, { params }) => readCardLoad(ctx, params.cardLoadId),
    present: presentLoad,
  });
}

function giftRoutes(app: FastifyInstance): void {
  const gift = { statuses: [200] as const, schema: CardLoadModel, description: 'The load with its gifts.' };
  operation(app, {
    operationId: 'handOverPromisedGift',
    method: 'POST',
    path: '/v1/promised-gifts/{promisedGiftId}/hand-over',
    tag,
    summary: 'Say that a promised gift was handed over',
    description: 'Staff gave it to the customer.',
    access: { secret: 'wallets:write' },
    idempotency: 'required',
    params: giftParams,
    success: gift,
    errors: [e.promised_gift_not_owed],
    example: { params: { promisedGiftId: id } },
    run: (ctx, { params }) => endPromisedGift(ctx, { giftId: params.promisedGiftId, to: 'handed_over' }),
    present: presentLoad,
  });

  operation(app, {
    operationId: 'cancelPromisedGift',
    method: 'POST',
    path: '/v1/promised-gifts/{promisedGiftId}/cancel',
    tag,
    summary: 'Let go of a promised gift',
    description: 'Because the customer agreed to something else. It is in the audit.',
    access: { secret: 'wallets:write' },
    idempotency: 'required',
    params: giftParams,
    success: gift,
    errors: [e.promised_gift_not_owed],
    example: { params: { promisedGiftId: id } },
    run: (ctx, { params }) => endPromisedGift(ctx, { giftId: params.promisedGiftId, to: 'cancelled' }),
    present: presentLoad,
  });
}

function refundRoutes(app: FastifyInstance): void {
  const refund = {
    statuses: [200] as const,
    schema: CardRefundModel,
    description: 'What is paid back, load by load.',
  };
  operation(app, {
    operationId: 'quoteCardRefund',
    method: 'POST',
    path: '/v1/cards/{cardId}/refund-quote',
    tag,
    summary: 'See what a card would pay back',
    description:
      'If it ended now, with the figures of each load and the rule that they follow from. Changes nothing. Unused and within the days of ' +
      'the terms everything is paid back; what is used counts at the discounted share where the merchant is the cause, and at the price ' +
      'before discount where it is the customer’s wish. Never less than nothing.',
    access: { secret: 'wallets:read', customer: true },
    params: cardParams,
    body: CardRefundInput,
    success: refund,
    errors: [e.card_state_conflict],
    example: { ...example, body: { cause: 'customer' } },
    run: (ctx, { params, body }) => quoteCardRefund(ctx, params.cardId, body.cause),
    present: presentRefundQuote,
  });

  operation(app, {
    operationId: 'refundCard',
    method: 'POST',
    path: '/v1/cards/{cardId}/refund',
    tag,
    summary: 'End a card and pay back what is due',
    description:
      'As its quote says, the newest load first, along the payment of each. What cannot go that way, because the card changed hands, staff ' +
      'has given in another way with this call. The card is closed.',
    access: { secret: 'wallets:write' },
    idempotency: 'required',
    versioned: true,
    params: cardParams,
    body: CardRefundInput,
    success: refund,
    errors: [e.card_state_conflict],
    example: { ...example, body: { cause: 'customer' } },
    run: (ctx, { params, body }) => refundCard(ctx, params.cardId, body.cause),
    present: presentRefundQuote,
  });
}

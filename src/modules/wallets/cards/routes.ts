import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../../../platform/errors.ts';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, uuid } from '../../../platform/http/schema.ts';
import { customersErrors } from '../../customers/errors.ts';
import { cardErrors as e } from './errors.ts';
import { registerOwnCard, reissueCard, transferCard } from './hand-on.ts';
import { issueCard } from './issue.ts';
import { listCardMovements, listCards, listOwnCards, readCard } from './read.ts';
import { lookUpCard } from './resolve.ts';
import {
  CardCodeInput,
  CardCreate,
  CardFreeze,
  CardModel,
  CardMovementPage,
  CardPage,
  CardStateName,
  CardTransfer,
  HeldCardModel,
  HeldCardPage,
  IssuedCardModel,
  presentCard,
  presentCardMovement,
  presentHeldCard,
  presentIssuedCard,
} from './schemas.ts';
import { freezeCard, reactivateCard, unfreezeCard } from './standing.ts';

export const CARD_TAG = 'Cards';
export const cardParams = Type.Object({ cardId: uuid('The card.') });
export const EXAMPLE_CARD = { cardId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const tag = CARD_TAG;
const example = { params: EXAMPLE_CARD };
const one = { statuses: [200] as const, schema: CardModel, description: 'The card.' };
const held = { statuses: [200] as const, schema: HeldCardModel, description: 'The card.' };
const standing = [
  customersErrors.customer_not_found,
  customersErrors.customer_merged,
  customersErrors.customer_erased,
];
const guessesIn = (outcome: object): number =>
  Number(
    'problem' in outcome &&
      outcome.problem instanceof Problem &&
      outcome.problem.definition.code === e.card_not_usable.code,
  );

/** Stored-value cards, and what staff does with them. */
export function cardRoutes(app: FastifyInstance): void {
  issueRoutes(app);
  readingRoutes(app);
  lookupRoute(app);
  ownRoutes(app);
  standingRoutes(app);
}

function issueRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'issueCard',
    method: 'POST',
    path: '/v1/cards',
    tag,
    summary: 'Issue a card',
    description:
      'Nothing is on it until a load is paid. The code of a bearer card is in this answer and nowhere else; only its SHA-256 is kept.',
    access: { secret: 'wallets:write' },
    idempotency: 'none',
    body: CardCreate,
    success: { statuses: [201], schema: IssuedCardModel, description: 'The card with its code.' },
    errors: [e.card_owner_contradictory, ...standing],
    example: { body: { kind: 'bearer' } },
    run: (ctx, { body }) => issueCard(ctx, body),
    present: presentIssuedCard,
  });

  operation(app, {
    operationId: 'reissueCard',
    method: 'POST',
    path: '/v1/cards/{cardId}/reissue',
    tag,
    summary: 'Replace a card that is lost',
    description:
      'The card is closed, and another with a new code has its loads, its lots and its balance. What it paid and is given back comes on ' +
      'the new one. A second call is refused, because the card is closed then.',
    access: { secret: 'wallets:write' },
    idempotency: 'none',
    versioned: true,
    params: cardParams,
    success: { statuses: [201], schema: IssuedCardModel, description: 'The new card with its code.' },
    errors: [e.card_state_conflict],
    example,
    run: (ctx, { params }) => reissueCard(ctx, params.cardId),
    present: presentIssuedCard,
  });

  operation(app, {
    operationId: 'transferCard',
    method: 'POST',
    path: '/v1/cards/{cardId}/transfer',
    tag,
    summary: 'Give a card to a customer',
    description:
      'A bearer card becomes theirs by name: its code ends, and it never expires. A named one changes hands. What was paid for it before ' +
      'does not go back along its payments any more when the card ends: staff gives it to who has the card.',
    access: { secret: 'wallets:write' },
    idempotency: 'required',
    versioned: true,
    params: cardParams,
    body: CardTransfer,
    success: one,
    errors: [e.card_state_conflict, ...standing],
    example: { ...example, body: { customerId: EXAMPLE_CARD.cardId } },
    run: (ctx, { params, body }) => transferCard(ctx, params.cardId, body.customerId),
    present: presentCard,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCards',
    method: 'GET',
    path: '/v1/cards',
    tag,
    summary: 'List cards',
    description: 'Newest first.',
    access: { secret: 'wallets:read' },
    query: Type.Object({
      customerId: Type.Optional(uuid('Only those of this customer.')),
      state: Type.Optional(ref(CardStateName, { description: 'Only those in this state.' })),
      ...pageQuery,
    }),
    success: { statuses: [200], schema: CardPage, description: 'A page of cards.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listCards(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentCard), nextCursor }),
  });

  operation(app, {
    operationId: 'getCard',
    method: 'GET',
    path: '/v1/cards/{cardId}',
    tag,
    summary: 'Read a card',
    description: 'With what is on it.',
    access: { secret: 'wallets:read', customer: true },
    params: cardParams,
    success: one,
    errors: [],
    example,
    run: (ctx, { params }) => readCard(ctx, params.cardId),
    present: presentCard,
  });

  operation(app, {
    operationId: 'listCardMovements',
    method: 'GET',
    path: '/v1/cards/{cardId}/movements',
    tag,
    summary: 'List what came on a card and left it',
    description:
      'One movement for each lot that was touched, newest first, each with the balance after it. Never changed.',
    access: { secret: 'wallets:read', customer: true },
    params: cardParams,
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: CardMovementPage, description: 'A page of movements.' },
    errors: [],
    example: { ...example, query: { limit: 20 } },
    run: (ctx, { params, query }) => listCardMovements(ctx, params.cardId, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentCardMovement), nextCursor }),
  });
}

function lookupRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'lookUpCard',
    method: 'POST',
    path: '/v1/card-lookups',
    tag,
    summary: 'Read a bearer card by its code',
    description: 'For who has the code. Too many wrong guesses are refused.',
    access: { secret: 'wallets:read', publishable: true, customer: true },
    idempotency: 'none',
    guessesIn,
    body: CardCodeInput,
    success: held,
    errors: [e.card_not_usable],
    example: { body: { cardCode: '7K3M-29QX-0WTZ-5HBN-V8RC' } },
    run: (ctx, { body }) => lookUpCard(ctx, body.cardCode),
    present: presentHeldCard,
  });
}

function ownRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listOwnCards',
    method: 'GET',
    path: '/v1/me/cards',
    tag,
    summary: 'List the own cards',
    description: 'The named cards of the customer who calls, newest first.',
    access: { customer: true },
    query: Type.Object({
      state: Type.Optional(ref(CardStateName, { description: 'Only those in this state.' })),
      ...pageQuery,
    }),
    success: { statuses: [200], schema: HeldCardPage, description: 'A page of cards.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listOwnCards(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentHeldCard), nextCursor }),
  });

  operation(app, {
    operationId: 'registerOwnCard',
    method: 'POST',
    path: '/v1/me/card-registrations',
    tag,
    summary: 'Register a bearer card to the own name',
    description: 'Its code ends, and it never expires from then on; also one that had expired.',
    access: { customer: true },
    idempotency: 'required',
    guessesIn,
    body: CardCodeInput,
    success: held,
    errors: [e.card_not_usable, ...standing],
    example: { body: { cardCode: '7K3M-29QX-0WTZ-5HBN-V8RC' } },
    run: (ctx, { body }) => registerOwnCard(ctx, body.cardCode),
    present: presentHeldCard,
  });
}

function standingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'freezeCard',
    method: 'POST',
    path: '/v1/cards/{cardId}/freeze',
    tag,
    summary: 'Freeze a card',
    description:
      'It pays nothing and is not loaded until it is unfrozen. What it paid can still come back to it.',
    access: { secret: 'wallets:write' },
    versioned: true,
    params: cardParams,
    body: CardFreeze,
    success: one,
    errors: [e.card_state_conflict],
    example: { ...example, body: { note: 'Reported lost by telephone.' } },
    run: (ctx, { params, body }) => freezeCard(ctx, params.cardId, body.note),
    present: presentCard,
  });

  operation(app, {
    operationId: 'unfreezeCard',
    method: 'POST',
    path: '/v1/cards/{cardId}/unfreeze',
    tag,
    summary: 'Unfreeze a card',
    description: 'It can be used again.',
    access: { secret: 'wallets:write' },
    versioned: true,
    params: cardParams,
    success: one,
    errors: [e.card_state_conflict],
    example,
    run: (ctx, { params }) => unfreezeCard(ctx, params.cardId),
    present: presentCard,
  });

  operation(app, {
    operationId: 'reactivateCard',
    method: 'POST',
    path: '/v1/cards/{cardId}/reactivate',
    tag,
    summary: 'Give a bearer card a new term',
    description:
      'Expired or not, it pays from now on for as long as a new one would. Its balance was never lost.',
    access: { secret: 'wallets:write' },
    versioned: true,
    params: cardParams,
    success: one,
    errors: [e.card_not_expiring, e.card_state_conflict],
    example,
    run: (ctx, { params }) => reactivateCard(ctx, params.cardId),
    present: presentCard,
  });
}

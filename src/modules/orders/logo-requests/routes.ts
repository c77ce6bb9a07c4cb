import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import type { Access } from '../../../platform/auth/permissions.ts';
import type { Ctx } from '../../../platform/context.ts';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, uuid } from '../../../platform/http/schema.ts';
import { customersErrors } from '../../customers/errors.ts';
import { orderErrors as e } from '../errors.ts';

import {
  acceptLogoRequest,
  cancelLogoRequest,
  createLogoRequest,
  declineLogoRequest,
  finishLogoRequest,
  quoteLogoRequest,
  readLogoRequest,
  readLogoRequests,
  startLogoRequest,
  type WholeLogoRequest,
} from './requests.ts';
import {
  LogoRequestCreate,
  LogoRequestEnd,
  LogoRequestModel,
  LogoRequestPage,
  LogoRequestQuote,
  LogoRequestStateName,
  presentLogoRequest,
} from './schemas.ts';

const tag = 'Logo requests';
const params = Type.Object({ requestId: uuid('The request.') });
const someId = '01890a5d-ac96-774b-bcce-b302099a8057';
const example = { params: { requestId: someId } };
const both = { secret: 'orders:write', customer: true } as const;
const staff = { secret: 'orders:write' } as const;
const whole = { statuses: [200] as const, schema: LogoRequestModel, description: 'The request.' };
const present = (found: WholeLogoRequest, ctx: Ctx) => presentLogoRequest(found, ctx.shop.currency);

export function logoRequestRoutes(app: FastifyInstance): void {
  createRoute(app);
  readRoutes(app);
  moveRoutes(app);
  endRoutes(app);
}

function createRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createLogoRequest',
    method: 'POST',
    path: '/v1/logo-requests',
    tag,
    summary: 'Ask for goods with a logo',
    description: 'By the customer, or by staff for them. The shop answers with a price and a lead time.',
    access: both,
    body: LogoRequestCreate,
    success: { ...whole, statuses: [201] },
    errors: [
      e.product_not_available,
      e.logo_request_inconsistent,
      e.not_for_customers,
      customersErrors.customer_not_found,
      customersErrors.customer_merged,
      customersErrors.customer_erased,
    ],
    example: {
      body: {
        customerId: someId,
        items: [{ productId: someId, quantity: 500 }],
        files: [{ name: 'logo.svg', url: 'https://files.example.com/logo.svg' }],
        note: 'In one colour, on the lid.',
      },
    },
    run: (ctx, { body }) => createLogoRequest(ctx, body),
    present,
  });
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listLogoRequests',
    method: 'GET',
    path: '/v1/logo-requests',
    tag,
    summary: 'List requests for goods with a logo',
    description: 'Newest first. With a customer token, only the own ones.',
    access: { secret: 'orders:read', customer: true },
    query: Type.Object({
      ...pageQuery,
      customerId: Type.Optional(uuid('Requests of this customer.')),
      state: Type.Optional(ref(LogoRequestStateName)),
    }),
    success: { statuses: [200], schema: LogoRequestPage, description: 'A page of requests.' },
    errors: [],
    example: { query: { limit: 20, state: 'requested' } },
    run: (ctx, { query }) => readLogoRequests(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({ data: rows.map((row) => present(row, ctx)), nextCursor }),
  });

  operation(app, {
    operationId: 'getLogoRequest',
    method: 'GET',
    path: '/v1/logo-requests/{requestId}',
    tag,
    summary: 'Read a request for goods with a logo',
    description: 'With a customer token, only an own one.',
    access: { secret: 'orders:read', customer: true },
    params,
    success: whole,
    errors: [],
    example,
    run: (ctx, input) => readLogoRequest(ctx, input.params.requestId),
    present,
  });
}

interface Move {
  readonly verb: string;
  readonly access: Access;
  readonly summary: string;
  readonly description: string;
}
type Run = (ctx: Ctx, id: string) => Promise<WholeLogoRequest>;

const moveOf = ({ verb, ...rest }: Move) =>
  ({
    ...rest,
    operationId: `${verb}LogoRequest`,
    method: 'POST',
    path: `/v1/logo-requests/{requestId}/${verb}`,
    tag,
    versioned: true,
    params,
    success: whole,
    errors: [e.logo_request_not_open],
    present,
  }) as const;

const plainRoute = (app: FastifyInstance, move: Move, run: Run): void =>
  operation(app, { ...moveOf(move), example, run: (ctx, input) => run(ctx, input.params.requestId) });

function moveRoutes(app: FastifyInstance): void {
  operation(app, {
    ...moveOf({
      verb: 'quote',
      access: staff,
      summary: 'Say what goods with a logo cost',
      description: 'And how long they take. Again, as long as it is not accepted.',
    }),
    body: LogoRequestQuote,
    example: { ...example, body: { unitAmount: 80, setupAmount: 12_000, leadTimeDays: 15 } },
    run: (ctx, input) => quoteLogoRequest(ctx, input.params.requestId, input.body),
  });
  plainRoute(
    app,
    {
      verb: 'accept',
      access: both,
      summary: 'Agree to the price of goods with a logo',
      description:
        'By the customer, or by staff in their name. With `If-Match` it is what was read that is agreed to.',
    },
    acceptLogoRequest,
  );
  plainRoute(
    app,
    {
      verb: 'start',
      access: staff,
      summary: 'Begin to make goods with a logo',
      description: 'From then on only the shop can call it off.',
    },
    startLogoRequest,
  );
  plainRoute(
    app,
    {
      verb: 'finish',
      access: staff,
      summary: 'Say that goods with a logo are made',
      description: 'It is over.',
    },
    finishLogoRequest,
  );
}

function endRoutes(app: FastifyInstance): void {
  operation(app, {
    ...moveOf({
      verb: 'decline',
      access: both,
      summary: 'Decline a request for goods with a logo',
      description: 'By either side, before anything is agreed.',
    }),
    body: LogoRequestEnd,
    example: { ...example, body: { reason: 'The lid cannot be printed on.' } },
    run: (ctx, input) => declineLogoRequest(ctx, input.params.requestId, input.body),
  });
  operation(app, {
    ...moveOf({
      verb: 'cancel',
      access: both,
      summary: 'Call a request for goods with a logo off',
      description:
        'By either side; what is being made, only by the shop. Goods of it that are ordered are cancelled before.',
    }),
    errors: [e.logo_request_not_open, e.logo_request_ordered],
    body: LogoRequestEnd,
    example: { ...example, body: { reason: 'No longer needed.' } },
    run: (ctx, input) => cancelLogoRequest(ctx, input.params.requestId, input.body),
  });
}

import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, uuid } from '../../../platform/http/schema.ts';
import { customersErrors } from '../../customers/errors.ts';
import { collectDeposit, createDepositCode, payOutDeposit } from './collect.ts';
import { settleDepositEarly } from './early.ts';
import { depositErrors as d } from './errors.ts';
import { listDeposits, listOwnDeposits, readAgeing, readDeposit } from './read.ts';
import {
  DepositAgeingModel,
  DepositCodeModel,
  DepositCollect,
  DepositModel,
  DepositPage,
  DepositPayout,
  DepositSettle,
  DepositStateName,
  presentAgeing,
  presentDeposit,
} from './schemas.ts';

const tag = 'Activities';
const params = Type.Object({ giftDepositId: uuid('The deposit.') });
const EXAMPLE = { giftDepositId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const one = { statuses: [200] as [number], schema: DepositModel, description: 'The deposit as it is now.' };
const activeErrors = [customersErrors.customer_merged, d.gift_deposit_not_active];

export function depositRoutes(app: FastifyInstance): void {
  readRoutes(app);
  listRoutes(app);
  collectRoutes(app);
  counterRoutes(app);
  settleRoute(app);
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getGiftDeposit',
    method: 'GET',
    path: '/v1/gift-deposits/{giftDepositId}',
    tag,
    summary: 'Read a deposit',
    description: 'With the parts in which it comes back; a customer reads their own.',
    access: { secret: 'activities:read', customer: true },
    params,
    success: one,
    errors: [],
    example: { params: EXAMPLE },
    run: (ctx, input) => readDeposit(ctx, input.params.giftDepositId),
    present: presentDeposit,
  });

  operation(app, {
    operationId: 'getGiftDepositAgeing',
    method: 'GET',
    path: '/v1/gift-deposit-ageing',
    tag,
    summary: 'Read what the shop owes for deposits',
    description: 'By how long it has been due, with what may be deposited in all.',
    access: { secret: 'activities:read' },
    success: { statuses: [200], schema: DepositAgeingModel, description: 'The ageing.' },
    errors: [],
    example: {},
    run: readAgeing,
    present: presentAgeing,
  });
}

function listRoutes(app: FastifyInstance): void {
  const page = { statuses: [200] as [number], schema: DepositPage, description: 'A page of deposits.' };
  const state = Type.Optional(ref(DepositStateName, { description: 'Only those in this state.' }));
  const activityId = Type.Optional(uuid('Only those of this activity.'));
  operation(app, {
    operationId: 'listGiftDeposits',
    method: 'GET',
    path: '/v1/gift-deposits',
    tag,
    summary: 'List deposits',
    description: 'Newest first.',
    access: { secret: 'activities:read' },
    query: Type.Object({
      ...pageQuery,
      activityId,
      customerId: Type.Optional(uuid('Only those of this customer.')),
      state,
    }),
    success: page,
    errors: [],
    example: { query: { state: 'active', limit: 20 } },
    run: (ctx, { query }) => listDeposits(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((row) => presentDeposit(row, ctx)),
      nextCursor,
    }),
  });

  operation(app, {
    operationId: 'listOwnGiftDeposits',
    method: 'GET',
    path: '/v1/me/gift-deposits',
    tag,
    summary: 'List the deposits of the customer who calls',
    description: 'Newest first.',
    access: { customer: true },
    query: Type.Object({ ...pageQuery, activityId, state }),
    success: page,
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listOwnDeposits(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((row) => presentDeposit(row, ctx)),
      nextCursor,
    }),
  });
}

function collectRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'collectGiftDeposit',
    method: 'POST',
    path: '/v1/gift-deposits/{giftDepositId}/collect',
    tag,
    summary: 'Collect what is due of a deposit',
    description: 'All of it that is due, also what nobody collected for long; a customer collects their own.',
    access: { secret: 'activities:write', customer: true },
    idempotency: 'required',
    params,
    body: DepositCollect,
    success: one,
    errors: [...activeErrors, d.gift_deposit_nothing_due],
    example: { params: EXAMPLE, body: { payoutWay: 'wallet' } },
    run: (ctx, input) => collectDeposit(ctx, input.params.giftDepositId, input.body.payoutWay),
    present: presentDeposit,
  });
}

function counterRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createGiftDepositCode',
    method: 'POST',
    path: '/v1/gift-deposits/{giftDepositId}/claim-code',
    tag,
    summary: 'Make the code of a deposit for the counter',
    description:
      'What is due is paid out to who shows it, once. It is told here and never again; the one before counts no more.',
    access: { secret: 'activities:write', customer: true },
    params,
    success: { statuses: [201], schema: DepositCodeModel, description: 'The code.' },
    errors: activeErrors,
    example: { params: EXAMPLE },
    run: (ctx, input) => createDepositCode(ctx, input.params.giftDepositId),
    present: ({ claimCode, ...view }, ctx) => ({ deposit: presentDeposit(view, ctx), claimCode }),
  });

  operation(app, {
    operationId: 'payOutGiftDeposit',
    method: 'POST',
    path: '/v1/gift-deposit-payouts',
    tag,
    summary: 'Pay out what is due of a deposit at the counter',
    description: 'All of it that is due, out of the till, to who shows the code.',
    access: { secret: 'activities:write' },
    idempotency: 'required',
    body: DepositPayout,
    success: one,
    errors: [...activeErrors, d.gift_deposit_code_unknown, d.gift_deposit_nothing_due],
    example: { body: { claimCode: '7K2M-9QX4-TB0C' } },
    run: (ctx, { body }) => payOutDeposit(ctx, body.claimCode),
    present: presentDeposit,
  });
}

function settleRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'settleGiftDepositEarly',
    method: 'POST',
    path: '/v1/gift-deposits/{giftDepositId}/settle',
    tag,
    summary: 'Let all of a deposit be due before its time',
    description:
      'Nothing is taken off. Goods that are not on their way are not owed any more. A customer does so while they have none of the goods; the ' +
      'shop at any time, such as when the goods came back.',
    access: { secret: 'activities:write', customer: true },
    idempotency: 'required',
    params,
    body: DepositSettle,
    success: one,
    errors: [...activeErrors, d.gift_deposit_settled_early, d.gift_deposit_goods_out],
    example: { params: EXAMPLE, body: { reason: 'The goods came back.' } },
    run: (ctx, input) => settleDepositEarly(ctx, input.params.giftDepositId, input.body.reason),
    present: presentDeposit,
  });
}

import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { inputModel, ref, scalar, text, uuid } from '../../../platform/http/schema.ts';
import { customersErrors } from '../../customers/errors.ts';
import { campaignErrors } from '../errors.ts';
import { CheckedCouponList, couponCode, CouponCheckRequest, presentOutcome } from './check-schemas.ts';
import { COUPON_TAG as tag, definitionParams, EXAMPLE_DEFINITION } from './definition-routes.ts';
import { couponErrors as e } from './errors.ts';
import { countGuesses } from './resolve.ts';
import { issueCoupon, issueCouponBatch, revokeCoupon } from './issue.ts';
import { checkCoupons, exportCouponBatch, listCouponBatches, listCoupons, readCoupon } from './read.ts';
import {
  CouponBatchModel,
  CouponBatchPage,
  CouponModel,
  CouponPage,
  CouponStateName,
  presentBatch,
  presentCoupon,
} from './schemas.ts';

const params = Type.Object({ couponId: uuid('The coupon.') });
const EXAMPLE = { couponId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const success = { statuses: [200] as const, schema: CouponModel, description: 'The coupon.' };

export function codeRoutes(app: FastifyInstance): void {
  issueRoute(app);
  batchRoutes(app);
  exportRoute(app);
  readingRoutes(app);
  revokeRoute(app);
  checkRoute(app);
}

const CouponIssue = inputModel('CouponIssue', 'A code to issue.', {
  customerId: Type.Optional(uuid('Whose it is, where codes of the definition belong to somebody.')),
  code: Type.Optional(
    couponCode(
      'A word such as `SUMMER20`, of an open definition whose codes are used more than once. Else one is made that nobody guesses.',
    ),
  ),
});

function issueRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'issueCoupon',
    method: 'POST',
    path: '/v1/coupon-definitions/{couponDefinitionId}/coupons',
    tag,
    summary: 'Issue a coupon',
    description:
      'One code: of 80 random bits, or a word of the shop’s own. Letters and digits; how it is spaced does not matter.',
    access: { secret: 'coupons:write' },
    idempotency: 'required',
    params: definitionParams,
    body: CouponIssue,
    success: { statuses: [201], schema: CouponModel, description: 'The coupon.' },
    errors: [
      e.coupon_definition_not_active,
      e.coupon_codes_limit_reached,
      e.coupon_customer_required,
      e.coupon_not_assigned,
      e.coupon_code_not_choosable,
      e.coupon_code_malformed,
      e.coupon_code_taken,
      e.coupon_validity_contradictory,
      e.coupon_campaign_ended,
      e.coupon_is_value,
      customersErrors.customer_not_found,
      customersErrors.customer_merged,
      customersErrors.customer_erased,
    ],
    example: { params: EXAMPLE_DEFINITION, body: {} },
    run: (ctx, input) => issueCoupon(ctx, input.params.couponDefinitionId, input.body),
    present: (row, ctx) => presentCoupon(row, ctx.shop.currency),
  });
}

const CouponBatchCreate = inputModel('CouponBatchCreate', 'Codes to issue together.', {
  name: text('What the shop calls it.', 200),
  quantity: Type.Integer({ minimum: 1, maximum: 100_000, description: 'How many codes.' }),
});

function batchRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'issueCouponBatch',
    method: 'POST',
    path: '/v1/coupon-definitions/{couponDefinitionId}/batches',
    tag,
    summary: 'Issue coupons together',
    description: 'Up to 100,000 open codes, all or none, in seconds. They are read as CSV.',
    access: { secret: 'coupons:write' },
    idempotency: 'required',
    params: definitionParams,
    body: CouponBatchCreate,
    success: { statuses: [201], schema: CouponBatchModel, description: 'The batch.' },
    errors: [
      e.coupon_definition_not_active,
      e.coupon_codes_limit_reached,
      e.coupon_customer_required,
      e.coupon_validity_contradictory,
      e.coupon_campaign_ended,
      e.coupon_is_value,
    ],
    example: { params: EXAMPLE_DEFINITION, body: { name: 'Letters to Bavaria', quantity: 200 } },
    run: (ctx, input) => issueCouponBatch(ctx, input.params.couponDefinitionId, input.body),
    present: presentBatch,
  });

  operation(app, {
    operationId: 'listCouponBatches',
    method: 'GET',
    path: '/v1/coupon-definitions/{couponDefinitionId}/batches',
    tag,
    summary: 'List the batches of a definition',
    description: 'Newest first.',
    access: { secret: 'coupons:read' },
    params: definitionParams,
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: CouponBatchPage, description: 'A page of batches.' },
    errors: [],
    example: { params: EXAMPLE_DEFINITION, query: { limit: 20 } },
    run: (ctx, input) => listCouponBatches(ctx, input.params.couponDefinitionId, input.query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentBatch), nextCursor }),
  });
}

const CouponCodesFile = scalar<AsyncIterable<string>>('CouponCodesFile', {
  type: 'string',
  description:
    'One code in a line, after a line with the names of the columns: `code,state,validFrom,validUntil,usesLimit`.',
});

function exportRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'exportCouponBatch',
    method: 'GET',
    path: '/v1/coupon-definitions/{couponDefinitionId}/batches/{couponBatchId}/codes.csv',
    tag,
    summary: 'Read the codes of a batch as CSV',
    description:
      'All codes, in the order in which they were made, as they stand now. Sent as it is read, however long it is.',
    access: { secret: 'coupons:read' },
    streams: 'text/csv',
    params: Type.Object({ ...definitionParams.properties, couponBatchId: uuid('The batch.') }),
    success: { statuses: [200], schema: CouponCodesFile, description: 'The codes.' },
    errors: [],
    example: { params: { ...EXAMPLE_DEFINITION, couponBatchId: '01890a5d-ac96-774b-bcce-b302099a8057' } },
    run: (ctx, input) => exportCouponBatch(ctx, input.params.couponDefinitionId, input.params.couponBatchId),
    present: (pieces) => pieces,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCoupons',
    method: 'GET',
    path: '/v1/coupons',
    tag,
    summary: 'List coupons',
    description: 'Newest first. A customer who calls sees only their own.',
    access: { secret: 'coupons:read', customer: true },
    query: Type.Object({
      ...pageQuery,
      customerId: Type.Optional(uuid('Only those of this customer.')),
      definitionId: Type.Optional(uuid('Only those of this definition.')),
      batchId: Type.Optional(uuid('Only those of this batch.')),
      code: Type.Optional(couponCode('Only the one with this code, however it is written.')),
      state: Type.Optional(ref(CouponStateName, { description: 'Only those in this state.' })),
    }),
    success: { statuses: [200], schema: CouponPage, description: 'A page of coupons.' },
    errors: [],
    example: { query: { state: 'active', limit: 20 } },
    run: (ctx, { query }) => listCoupons(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((row) => presentCoupon(row, ctx.shop.currency)),
      nextCursor,
    }),
  });

  operation(app, {
    operationId: 'getCoupon',
    method: 'GET',
    path: '/v1/coupons/{couponId}',
    tag,
    summary: 'Read a coupon',
    description: 'A customer who calls sees only their own.',
    access: { secret: 'coupons:read', customer: true },
    params,
    success,
    errors: [],
    example: { params: EXAMPLE },
    run: (ctx, input) => readCoupon(ctx, input.params.couponId),
    present: (row, ctx) => presentCoupon(row, ctx.shop.currency),
  });
}

function revokeRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'revokeCoupon',
    method: 'POST',
    path: '/v1/coupons/{couponId}/revoke',
    tag,
    summary: 'Revoke a coupon',
    description:
      'Nobody can use it any more; an order that has it keeps its price. A value that a payment holds or has used stays. Done again, it ' +
      'changes nothing.',
    access: { secret: 'coupons:write' },
    idempotency: 'required',
    params,
    success,
    errors: [e.coupon_not_revocable],
    example: { params: EXAMPLE },
    run: (ctx, input) => revokeCoupon(ctx, input.params.couponId),
    present: (row, ctx) => presentCoupon(row, ctx.shop.currency),
  });
}

function checkRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'checkCoupons',
    method: 'POST',
    path: '/v1/coupons/check',
    tag,
    summary: 'Check codes of coupons',
    description:
      'What each code would do now, or why it does nothing. Holds nothing. Whether its campaign then acts on a basket, and beside which ' +
      'others, says a quote. Who gives many unknown codes has to wait.',
    access: { secret: 'coupons:read', publishable: true, customer: true },
    body: CouponCheckRequest,
    success: { statuses: [200], schema: CheckedCouponList, description: 'One answer for each code.' },
    errors: [campaignErrors.customer_not_nameable],
    example: { body: { codes: ['sum-mer 20'], channel: 'web' } },
    run: (ctx, { body }) => checkCoupons(ctx, body),
    guessesIn: (outcome) => ('result' in outcome ? countGuesses(outcome.result) : 0),
    present: (outcomes) => ({ data: outcomes.map(presentOutcome) }),
  });
}

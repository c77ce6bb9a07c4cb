import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { uuid } from '../../platform/http/schema.ts';
import { segmentErrors } from '../segments/errors.ts';
import { settlementErrors } from './errors.ts';
import {
  archivePolicy,
  createPolicy,
  readPolicies,
  readPolicy,
  readPolicyUsage,
  readPolicyVersions,
  updatePolicy,
} from './policies.ts';
import {
  PolicyCreate,
  PolicyModel,
  PolicyPage,
  PolicyUpdate,
  PolicyUsageModel,
  PolicyVersionList,
  presentPolicy,
  presentUsage,
  presentVersion,
} from './policy-schemas.ts';
import { PreviewCreate, PreviewModel, presentPreview } from './preview-schemas.ts';
import { previewDifference } from './claims.ts';
import { editRoutes } from './edit-routes.ts';
import { linkRoutes } from './link-routes.ts';
import { offerRoutes } from './offer-routes.ts';
import { priceProtectionRoutes } from './price-protection/routes.ts';
import { satisfactionRoutes } from './satisfaction-routes.ts';
import { settlementLifeRoutes } from './settlement-routes.ts';

const tag = 'Settlements';
const policyParams = Type.Object({ policyId: uuid('The policy.') });
const somePolicy = { policyId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const present = (whole: Parameters<typeof presentPolicy>[0], ctx: { shop: { currency: string } }) =>
  presentPolicy(whole, ctx.shop.currency);

export function settlementRoutes(app: FastifyInstance): void {
  policyReadRoutes(app);
  policyUsageRoutes(app);
  policyWriteRoutes(app);
  policyEndRoutes(app);
  previewRoutes(app);
  settlementLifeRoutes(app);
  offerRoutes(app);
  editRoutes(app);
  linkRoutes(app);
  priceProtectionRoutes(app);
  satisfactionRoutes(app);
}

function policyReadRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listPriceDifferencePolicies',
    method: 'GET',
    path: '/v1/price-difference-policies',
    tag,
    summary: 'List price difference policies',
    description:
      'What the shop promises when a price was not what it should have been. Newest first, also archived ones.',
    access: { secret: 'settlements:read' },
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: PolicyPage, description: 'A page of policies.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => readPolicies(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({ data: rows.map((row) => present(row, ctx)), nextCursor }),
  });

  operation(app, {
    operationId: 'getPriceDifferencePolicy',
    method: 'GET',
    path: '/v1/price-difference-policies/{policyId}',
    tag,
    summary: 'Read a price difference policy',
    description: 'The policy with its newest rule and its plain words.',
    access: { secret: 'settlements:read' },
    params: policyParams,
    success: { statuses: [200], schema: PolicyModel, description: 'The policy.' },
    errors: [],
    example: { params: somePolicy },
    run: (ctx, { params }) => readPolicy(ctx, params.policyId),
    present,
  });

  operation(app, {
    operationId: 'listPriceDifferencePolicyVersions',
    method: 'GET',
    path: '/v1/price-difference-policies/{policyId}/versions',
    tag,
    summary: 'List what a policy promised',
    description:
      'Every version of its rule, newest first. An order keeps the one that was in force when it was placed.',
    access: { secret: 'settlements:read' },
    params: policyParams,
    success: { statuses: [200], schema: PolicyVersionList, description: 'The versions.' },
    errors: [],
    example: { params: somePolicy },
    run: (ctx, { params }) => readPolicyVersions(ctx, params.policyId),
    present: (rows) => ({ data: rows.map(presentVersion) }),
  });
}

function policyUsageRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getPriceDifferencePolicyUsage',
    method: 'GET',
    path: '/v1/price-difference-policies/{policyId}/usage',
    tag,
    summary: 'Read what is used up of a policy',
    description:
      'How much of its budget is spent or spoken for, and of a customer’s year. What is declined or withdrawn is given back.',
    access: { secret: 'settlements:read' },
    params: policyParams,
    query: Type.Object({ customerId: Type.Optional(uuid('Whose year to look at.')) }),
    success: { statuses: [200], schema: PolicyUsageModel, description: 'What is used up.' },
    errors: [],
    example: { params: somePolicy },
    run: (ctx, { params, query }) => readPolicyUsage(ctx, { ...params, ...query }),
    present: (usage, ctx) => presentUsage(usage, ctx.shop.currency),
  });
}

function policyWriteRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createPriceDifferencePolicy',
    method: 'POST',
    path: '/v1/price-difference-policies',
    tag,
    summary: 'Promise to pay price differences',
    description:
      'In force for orders from now on, or since an earlier moment. Its words for customers are made from the rule.',
    access: { secret: 'settlements:write' },
    body: PolicyCreate,
    success: { statuses: [201], schema: PolicyModel, description: 'The policy.' },
    errors: [
      settlementErrors.policy_inconsistent,
      settlementErrors.product_not_found,
      segmentErrors.segment_not_found,
      segmentErrors.segment_archived,
    ],
    example: {
      body: {
        name: 'Thirty days',
        reasons: ['price_drop'],
        windowDays: 30,
        windowFrom: 'paid',
        automaticAmount: 5000,
      },
    },
    run: (ctx, { body }) =>
      createPolicy(ctx, { tierBy: null, ...body } as Parameters<typeof createPolicy>[1]),
    present,
  });

  operation(app, {
    operationId: 'updatePriceDifferencePolicy',
    method: 'PATCH',
    path: '/v1/price-difference-policies/{policyId}',
    tag,
    summary: 'Change a price difference policy',
    description:
      'Makes another version for orders from now on. Orders placed before keep what they were promised.',
    access: { secret: 'settlements:write' },
    versioned: true,
    params: policyParams,
    body: PolicyUpdate,
    success: { statuses: [200], schema: PolicyModel, description: 'The policy.' },
    errors: [
      settlementErrors.policy_inconsistent,
      settlementErrors.product_not_found,
      segmentErrors.segment_not_found,
      segmentErrors.segment_archived,
      settlementErrors.policy_archived,
    ],
    example: { params: somePolicy, body: { windowDays: 60 } },
    run: (ctx, { params, body }) =>
      updatePolicy(ctx, params.policyId, body as Parameters<typeof updatePolicy>[2]),
    present,
  });
}

function policyEndRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'archivePriceDifferencePolicy',
    method: 'POST',
    path: '/v1/price-difference-policies/{policyId}/archive',
    tag,
    summary: 'Archive a price difference policy',
    description: 'It is promised to no new order. What earlier orders were promised stays promised.',
    access: { secret: 'settlements:write' },
    versioned: true,
    params: policyParams,
    success: { statuses: [200], schema: PolicyModel, description: 'The policy.' },
    errors: [],
    example: { params: somePolicy },
    run: (ctx, { params }) => archivePolicy(ctx, params.policyId),
    present,
  });
}

function previewRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'previewPriceDifference',
    method: 'POST',
    path: '/v1/orders/{orderId}/price-differences/preview',
    tag,
    summary: 'Preview a price difference',
    description:
      'What the shop’s promises would pay for an order now, line by line, with the arithmetic and the reason of every ' +
      'refusal in plain words. Writes nothing.',
    access: { secret: 'settlements:read', customer: true },
    params: Type.Object({ orderId: uuid('The order.') }),
    body: PreviewCreate,
    success: { statuses: [200], schema: PreviewModel, description: 'What would be paid, and why.' },
    errors: [],
    example: { params: { orderId: '01890a5d-ac96-774b-bcce-b302099a8057' }, body: { reason: 'price_drop' } },
    run: (ctx, { params, body }) => previewDifference(ctx, { orderId: params.orderId, ...body }),
    present: presentPreview,
  });
}

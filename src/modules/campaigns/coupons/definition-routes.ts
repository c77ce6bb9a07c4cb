import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, uuid } from '../../../platform/http/schema.ts';
import {
  archiveCouponDefinition,
  createCouponDefinition,
  listCouponDefinitions,
  pauseCouponDefinition,
  readCouponDefinition,
  resumeCouponDefinition,
  updateCouponDefinition,
} from './definitions.ts';
import { couponErrors as e } from './errors.ts';
import {
  CouponDefinitionCreate,
  CouponDefinitionModel,
  CouponDefinitionPage,
  CouponDefinitionStateName,
  CouponDefinitionUpdate,
  CouponKindName,
  presentDefinition,
} from './schemas.ts';

export const COUPON_TAG = 'Coupons';
export const definitionParams = Type.Object({ couponDefinitionId: uuid('The definition.') });
export const EXAMPLE_DEFINITION = { couponDefinitionId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const tag = COUPON_TAG;
const one = { statuses: [200] as const, schema: CouponDefinitionModel, description: 'The definition.' };

export function definitionRoutes(app: FastifyInstance): void {
  createRoute(app);
  readingRoutes(app);
  updateRoute(app);
  stepRoutes(app);
}

function createRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createCouponDefinition',
    method: 'POST',
    path: '/v1/coupon-definitions',
    tag,
    summary: 'Define coupons',
    description:
      'Its codes open a campaign that asks for a coupon: what a code takes off, the campaign says. Codes are valid at fixed times, or for ' +
      'days from the issue of each; what a code promises is written when it is issued and stays.',
    access: { secret: 'coupons:write' },
    body: CouponDefinitionCreate,
    success: { statuses: [201], schema: CouponDefinitionModel, description: 'The definition.' },
    errors: [
      e.coupon_campaign_not_found,
      e.coupon_campaign_ended,
      e.coupon_campaign_open,
      e.coupon_validity_contradictory,
      e.coupon_definition_external_id_taken,
    ],
    example: {
      body: {
        name: 'Summer by letter',
        campaignId: '01890a5d-ac96-774b-bcce-b302099a8057',
        prefix: 'SUN',
        validDays: 60,
        usesPerCustomerLimit: 3,
        periodLimit: { uses: 1, per: 'month' },
      },
    },
    run: (ctx, { body }) => createCouponDefinition(ctx, { ...body, periodLimit: body.periodLimit ?? null }),
    present: presentDefinition,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCouponDefinitions',
    method: 'GET',
    path: '/v1/coupon-definitions',
    tag,
    summary: 'List definitions of coupons',
    description: 'Newest first, also archived ones.',
    access: { secret: 'coupons:read' },
    query: Type.Object({
      ...pageQuery,
      state: Type.Optional(ref(CouponDefinitionStateName, { description: 'Only those in this state.' })),
      kind: Type.Optional(ref(CouponKindName, { description: 'Only those of this kind.' })),
      campaignId: Type.Optional(uuid('Only those whose codes open this campaign.')),
      externalId: Type.Optional(
        Type.String({ minLength: 1, maxLength: 200, description: 'Only the one with this id of your own.' }),
      ),
    }),
    success: { statuses: [200], schema: CouponDefinitionPage, description: 'A page of definitions.' },
    errors: [],
    example: { query: { state: 'active', limit: 20 } },
    run: (ctx, { query }) => listCouponDefinitions(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentDefinition), nextCursor }),
  });

  operation(app, {
    operationId: 'getCouponDefinition',
    method: 'GET',
    path: '/v1/coupon-definitions/{couponDefinitionId}',
    tag,
    summary: 'Read a definition of coupons',
    description: 'With how many codes it has issued. That number rises without the version.',
    access: { secret: 'coupons:read' },
    holdsFigures: true,
    params: definitionParams,
    success: one,
    errors: [],
    example: { params: EXAMPLE_DEFINITION },
    run: (ctx, { params }) => readCouponDefinition(ctx, params.couponDefinitionId),
    present: presentDefinition,
  });
}

function updateRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'updateCouponDefinition',
    method: 'PATCH',
    path: '/v1/coupon-definitions/{couponDefinitionId}',
    tag,
    summary: 'Change a definition of coupons',
    description:
      'JSON merge patch. It says what the next codes are; those that were issued keep what they promise. Its campaign and how often a ' +
      'code can be used do not change: define others.',
    access: { secret: 'coupons:write' },
    versioned: true,
    params: definitionParams,
    body: CouponDefinitionUpdate,
    success: one,
    errors: [
      e.coupon_definition_archived,
      e.coupon_is_value,
      e.coupon_validity_contradictory,
      e.coupon_codes_limit_reached,
      e.coupon_too_much_metadata,
      e.coupon_definition_external_id_taken,
    ],
    example: { params: EXAMPLE_DEFINITION, body: { name: 'Summer by letter, again', codesLimit: 500_000 } },
    run: (ctx, { params, body }) => updateCouponDefinition(ctx, params.couponDefinitionId, body),
    present: presentDefinition,
  });
}

const STEPS = [
  {
    verb: 'pause',
    operationId: 'pauseCouponDefinition',
    summary: 'Pause coupons',
    description:
      'Its codes are refused until it is resumed, and it issues none. Orders that have one keep it.',
    run: pauseCouponDefinition,
    errors: [e.coupon_definition_archived, e.coupon_is_value],
  },
  {
    verb: 'resume',
    operationId: 'resumeCouponDefinition',
    summary: 'Resume coupons',
    description: 'Its codes can be used and issued again.',
    run: resumeCouponDefinition,
    errors: [e.coupon_definition_archived, e.coupon_is_value],
  },
  {
    verb: 'archive',
    operationId: 'archiveCouponDefinition',
    summary: 'Archive coupons',
    description: 'It ends for good, and its codes with it. Orders that have one keep it.',
    run: archiveCouponDefinition,
    errors: [e.coupon_is_value],
  },
] as const;

function stepRoutes(app: FastifyInstance): void {
  for (const { verb, operationId, summary, description, run, errors } of STEPS) {
    operation(app, {
      operationId,
      method: 'POST',
      path: `/v1/coupon-definitions/{couponDefinitionId}/${verb}`,
      tag,
      summary,
      description: `${description} Done again, it changes nothing.`,
      access: { secret: 'coupons:write' },
      versioned: true,
      params: definitionParams,
      success: one,
      errors: [...errors],
      example: { params: EXAMPLE_DEFINITION },
      run: (ctx, { params }) => run(ctx, params.couponDefinitionId),
      present: presentDefinition,
    });
  }
}

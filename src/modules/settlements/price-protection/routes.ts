import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, uuid } from '../../../platform/http/schema.ts';
import { settlementErrors } from '../errors.ts';
import {
  cancelPriceProtectionSweep,
  readPriceProtectionSweep,
  readPriceProtectionSweeps,
  startPriceProtectionSweep,
  type WholeSweep,
} from './requests.ts';
import {
  presentSweep,
  presentSweepHead,
  SweepCreate,
  SweepHeadPage,
  SweepModel,
  SweepStateName,
} from './schemas.ts';

const tag = 'Settlements';
const params = Type.Object({ sweepId: uuid('The sweep.') });
const example = { params: { sweepId: '01890a5d-ac96-774b-bcce-b302099a8057' } };
const whole = { schema: SweepModel, description: 'The sweep.' };
const present = (sweep: WholeSweep, ctx: { shop: { currency: string } }) =>
  presentSweep(sweep, ctx.shop.currency);

export function priceProtectionRoutes(app: FastifyInstance): void {
  startingRoutes(app);
  readingRoutes(app);
}

function startingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'startPriceProtectionSweep',
    method: 'POST',
    path: '/v1/price-protection-sweeps',
    tag,
    summary: 'Sweep for price protection',
    description:
      'Finds every order line for which the shop’s promises pay something at today’s prices, and opens one settlement for each ' +
      'order: accepted and paid up to the policy’s automatic amount, above it a draft. It runs in the background. A price that ' +
      'falls starts one by itself. A dry run counts the same and opens nothing.',
    access: { secret: 'settlements:write' },
    idempotency: 'required',
    body: SweepCreate,
    success: { statuses: [201], ...whole },
    errors: [settlementErrors.product_not_found],
    example: { body: { isDryRun: true } },
    run: (ctx, { body }) => startPriceProtectionSweep(ctx, body),
    present,
  });

  operation(app, {
    operationId: 'cancelPriceProtectionSweep',
    method: 'POST',
    path: '/v1/price-protection-sweeps/{sweepId}/cancel',
    tag,
    summary: 'Cancel a sweep',
    description:
      'It opens nothing more, and nothing of it waits for another settlement. What it has opened stays as it is.',
    access: { secret: 'settlements:write' },
    versioned: true,
    params,
    success: { statuses: [200], ...whole },
    errors: [settlementErrors.sweep_not_open],
    example,
    run: (ctx, { params: { sweepId } }) => cancelPriceProtectionSweep(ctx, sweepId),
    present,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listPriceProtectionSweeps',
    method: 'GET',
    path: '/v1/price-protection-sweeps',
    tag,
    summary: 'List sweeps for price protection',
    description: 'Newest first.',
    access: { secret: 'settlements:read' },
    query: Type.Object({
      state: Type.Optional(ref(SweepStateName, { description: 'Only those in this state.' })),
      ...pageQuery,
    }),
    success: { statuses: [200], schema: SweepHeadPage, description: 'A page of sweeps.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => readPriceProtectionSweeps(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((row) => presentSweepHead(row, ctx.shop.currency)),
      nextCursor,
    }),
  });

  operation(app, {
    operationId: 'getPriceProtectionSweep',
    method: 'GET',
    path: '/v1/price-protection-sweeps/{sweepId}',
    tag,
    summary: 'Read a sweep',
    description: 'With its figures and what became of what it opened.',
    access: { secret: 'settlements:read' },
    // What it opened is paid, approved and declined without a change of the sweep.
    holdsFigures: true,
    params,
    success: { statuses: [200], ...whole },
    errors: [],
    example,
    run: (ctx, { params: { sweepId } }) => readPriceProtectionSweep(ctx, sweepId),
    present,
  });
}

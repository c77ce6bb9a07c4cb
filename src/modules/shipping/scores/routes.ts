import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { uuid } from '../../../platform/http/schema.ts';
import {
  CarrierScoreList,
  CarrierScorePage,
  CarrierTransitList,
  presentScore,
  presentTransit,
} from './schemas.ts';
import { readCarrierScoreHistory, readCarrierScores, readCarrierTransits } from './score.ts';

const tag = 'Carriers';
const params = Type.Object({ carrierId: uuid('The carrier.') });
const example = { params: { carrierId: '01890a5d-ac96-774b-bcce-b302099a8057' } };

/** How carriers do. */
export function scoreRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCarrierScores',
    method: 'GET',
    path: '/v1/carrier-scores',
    tag,
    summary: 'Compare carriers',
    description:
      'Their scores at the end of a day, best first: the last one that is over, unless another one is named. Being on time, speed, ' +
      'losses and damages, ratings and cost, each with its cases and drawn toward the shop’s own mean, so that three parcels do not win.',
    access: { secret: 'carriers:read' },
    query: Type.Object({
      day: Type.Optional(Type.String({ format: 'date', description: 'In the time zone of the shop.' })),
    }),
    success: { statuses: [200], schema: CarrierScoreList, description: 'The scores.' },
    errors: [],
    example: { query: { day: '2026-03-17' } },
    run: (ctx, { query }) => readCarrierScores(ctx, query.day),
    present: (rows, ctx) => ({ data: rows.map((row) => presentScore(row, ctx.shop.currency)) }),
  });

  operation(app, {
    operationId: 'listCarrierScoreHistory',
    method: 'GET',
    path: '/v1/carriers/{carrierId}/scores',
    tag,
    summary: 'Follow the score of a carrier',
    description: 'One for each day, newest first. What was computed once is not computed again.',
    access: { secret: 'carriers:read' },
    params,
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: CarrierScorePage, description: 'A page of scores.' },
    errors: [],
    example,
    run: (ctx, input) => readCarrierScoreHistory(ctx, input.params.carrierId, input.query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((row) => presentScore(row, ctx.shop.currency)),
      nextCursor,
    }),
  });

  operation(app, {
    operationId: 'listCarrierTransits',
    method: 'GET',
    path: '/v1/carriers/{carrierId}/transit-days',
    tag,
    summary: 'How long parcels of a carrier take',
    description: 'By country and method, from own history, measured each night.',
    access: { secret: 'carriers:read' },
    params,
    success: { statuses: [200], schema: CarrierTransitList, description: 'The transit days.' },
    errors: [],
    example,
    run: (ctx, input) => readCarrierTransits(ctx, input.params.carrierId),
    present: (rows) => ({ data: rows.map(presentTransit) }),
  });
}

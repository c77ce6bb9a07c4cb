import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { uuid } from '../../platform/http/schema.ts';
import { settlementErrors as errors } from './errors.ts';
import { answerSatisfaction } from './satisfaction.ts';
import { presentSettlement, SettlementModel, SettlementSatisfactionAnswer } from './settlement-schemas.ts';

export function satisfactionRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'answerSatisfaction',
    method: 'POST',
    path: '/v1/settlements/{settlementId}/satisfaction',
    tag: 'Settlements',
    summary: 'Say whether a settlement was satisfying',
    description:
      'The customer, or staff for them, answers once; also before the question was asked, which then is not asked any more. ' +
      'The same answer again changes nothing.',
    access: { secret: 'settlements:write', customer: true },
    versioned: true,
    params: Type.Object({ settlementId: uuid('The settlement.') }),
    body: SettlementSatisfactionAnswer,
    success: { statuses: [200], schema: SettlementModel, description: 'The settlement.' },
    errors: [errors.settlement_not_settled, errors.satisfaction_answered],
    example: {
      params: { settlementId: '01890a5d-ac96-774b-bcce-b302099a8057' },
      body: { isSatisfied: true, comment: 'That was quick.' },
    },
    run: (ctx, { params, body }) => answerSatisfaction(ctx, params.settlementId, body),
    present: presentSettlement,
  });
}

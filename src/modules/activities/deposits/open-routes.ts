import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { customersErrors } from '../../customers/errors.ts';
import { ownIdOf } from '../../loyalty/points.ts';
import { paymentErrors } from '../../payments/errors.ts';
import { activityParams, EXAMPLE_ACTIVITY } from '../activity-routes.ts';
import { activityErrors as e } from '../errors.ts';
import { depositErrors as d } from './errors.ts';
import { openDeposit } from './open.ts';
import { planDeposit } from './read.ts';
import {
  DepositCreate,
  DepositPlanModel,
  OpenedDepositModel,
  OwnDepositCreate,
  presentOpened,
  presentPlan,
} from './schemas.ts';

const tag = 'Activities';
const opened = {
  statuses: [201] as [number],
  schema: OpenedDepositModel,
  description: 'The deposit, and the attempt to pay it.',
};
const refusals = [
  e.activity_other_type,
  e.activity_not_running,
  e.activity_channel_closed,
  e.activity_sharing_forbidden,
  e.activity_not_for_customer,
  e.activity_full,
  e.activity_budget_used_up,
  d.gift_deposits_off,
  d.gift_deposit_taken,
  d.gift_deposit_limit_reached,
  paymentErrors.provider_not_available,
  paymentErrors.amount_not_supported,
  paymentErrors.payment_method_not_taken,
];

export function depositOpenRoutes(app: FastifyInstance): void {
  openRoutes(app);
  planRoute(app);
}

function openRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'openGiftDeposit',
    method: 'POST',
    path: '/v1/activities/{activityId}/deposits',
    tag,
    summary: 'Open a deposit for a customer',
    description:
      'Takes a place and opens the payment with it; a manual one counts at once. Who has not paid in time loses the place, and money that ' +
      'comes later goes back. Stored value does not pay it.',
    access: { secret: 'activities:write' },
    idempotency: 'required',
    params: activityParams,
    body: DepositCreate,
    success: opened,
    errors: [
      ...refusals,
      customersErrors.customer_not_found,
      customersErrors.customer_merged,
      customersErrors.customer_erased,
    ],
    example: {
      params: EXAMPLE_ACTIVITY,
      body: {
        customerId: '01890a5d-ac96-774b-bcce-b302099a8057',
        channel: 'web',
        provider: 'manual',
        reference: 'Receipt 12',
      },
    },
    run: (ctx, input) => openDeposit(ctx, input.params.activityId, input.body),
    present: presentOpened,
  });

  operation(app, {
    operationId: 'openOwnGiftDeposit',
    method: 'POST',
    path: '/v1/me/activities/{activityId}/deposit',
    tag,
    summary: 'Open a deposit',
    description: 'The same for the customer who calls.',
    access: { customer: true },
    idempotency: 'required',
    params: activityParams,
    body: OwnDepositCreate,
    success: opened,
    errors: refusals,
    example: { params: EXAMPLE_ACTIVITY, body: { channel: 'web', provider: 'simulator' } },
    run: (ctx, input) =>
      openDeposit(ctx, input.params.activityId, { ...input.body, customerId: ownIdOf(ctx) }),
    present: presentOpened,
  });
}

function planRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getGiftDepositPlan',
    method: 'GET',
    path: '/v1/activities/{activityId}/deposit-plan',
    tag,
    summary: 'See how a deposit comes back',
    description: 'If it were paid now, part by part: to be shown before it is.',
    access: { secret: 'activities:read', publishable: true, customer: true },
    params: activityParams,
    success: { statuses: [200], schema: DepositPlanModel, description: 'The plan.' },
    errors: [e.activity_other_type],
    example: { params: EXAMPLE_ACTIVITY },
    run: (ctx, input) => planDeposit(ctx, input.params.activityId),
    present: presentPlan,
  });
}

import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { customersErrors } from '../../customers/errors.ts';
import { ownIdOf } from '../../loyalty/points.ts';
import { activityParams, EXAMPLE_ACTIVITY } from '../activity-routes.ts';
import { activityErrors as e } from '../errors.ts';
import { claimReferral } from './claim.ts';
import { referralErrors as r } from './errors.ts';
import { OwnReferralClaim, presentReferral, ReferralClaim, ReferralModel } from './schemas.ts';

const tag = 'Activities';
const success = {
  statuses: [201] as [number],
  schema: ReferralModel,
  description: 'The friend, who has claimed.',
};
const refusals = [
  e.activity_other_type,
  e.activity_not_running,
  e.activity_channel_closed,
  e.activity_sharing_forbidden,
  r.referral_code_unknown,
  r.referral_code_used,
  r.referral_own,
  r.referral_existing_customer,
  r.referral_repeated,
  r.referral_same_person,
  r.referral_circular,
  r.referral_limit_reached,
  r.referral_day_limit_reached,
];

export function claimRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'claimReferral',
    method: 'POST',
    path: '/v1/activities/{activityId}/referrals',
    tag,
    summary: 'Say who brought a customer',
    description:
      'For the shop’s own server. Before they buy for the first time, and once. Of what tells the friend apart only keyed hashes are kept.',
    access: { secret: 'activities:write' },
    idempotency: 'required',
    params: activityParams,
    body: ReferralClaim,
    success,
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
        code: '7K2M9QX4TB0C',
        channel: 'web',
        identifiers: [{ kind: 'device', value: 'f3a9c1' }],
      },
    },
    run: (ctx, input) => claimReferral(ctx, input.params.activityId, input.body),
    present: presentReferral,
  });

  operation(app, {
    operationId: 'claimOwnReferral',
    method: 'POST',
    path: '/v1/me/activities/{activityId}/referral',
    tag,
    summary: 'Say by whom one was brought',
    description: 'The same for the customer who calls.',
    access: { customer: true },
    idempotency: 'required',
    params: activityParams,
    body: OwnReferralClaim,
    success,
    errors: refusals,
    example: { params: EXAMPLE_ACTIVITY, body: { code: '7K2M9QX4TB0C', channel: 'web' } },
    run: (ctx, input) =>
      claimReferral(ctx, input.params.activityId, { ...input.body, customerId: ownIdOf(ctx) }),
    present: presentReferral,
  });
}

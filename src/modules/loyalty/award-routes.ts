import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../../platform/errors.ts';
import { operation } from '../../platform/http/operation.ts';
import { uuid } from '../../platform/http/schema.ts';
import { customersErrors } from '../customers/errors.ts';
import { MemberBirthdayPut, OwnBirthdayPut, PointAwardCreate } from './award-schemas.ts';
import { awardPoints } from './awards.ts';
import { setBirthday, setOwnBirthday } from './birthdays.ts';
import { loyaltyErrors } from './errors.ts';
import { LoyaltyMemberModel, presentMember } from './member-schemas.ts';
import { PointLotModel, presentLot } from './points-schemas.ts';

const tag = 'Loyalty';
const params = Type.Object({ customerId: uuid('The member.') });
const EXAMPLE = { customerId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const standing = [
  loyaltyErrors.member_left,
  customersErrors.customer_merged,
  customersErrors.customer_erased,
];

/** Points that members have for other things than buying. */
export function awardRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'awardPoints',
    method: 'POST',
    path: '/v1/loyalty-members/{customerId}/awards',
    tag,
    summary: 'Give points for a review or a referral',
    description:
      'So many as the programme offers at this moment (201). The same source gives once: again it is the same lot (200). Points for a ' +
      'referral are pending for the days of the programme, because what was bought may still come back.',
    access: { secret: 'loyalty:write' },
    params,
    body: PointAwardCreate,
    success: { statuses: [201, 200], schema: PointLotModel, description: 'The points.' },
    errors: [
      loyaltyErrors.loyalty_programme_missing,
      loyaltyErrors.points_not_offered,
      loyaltyErrors.points_source_taken,
      ...standing,
    ],
    example: { params: EXAMPLE, body: { reason: 'review', sourceKey: 'review-1024' } },
    run: (ctx, { params: { customerId }, body }) => awardPoints(ctx, customerId, body),
    present: ({ lot }) => presentLot(lot),
    statusOf: ({ isNew }) => (isNew ? 201 : 200),
  });
  birthdayRoutes(app);
}

function birthdayRoutes(app: FastifyInstance): void {
  const put = {
    method: 'PUT',
    tag,
    success: { statuses: [200], schema: LoyaltyMemberModel, description: 'The member.' },
  } as const;
  operation(app, {
    ...put,
    operationId: 'putMemberBirthday',
    path: '/v1/loyalty-members/{customerId}/birthday',
    summary: 'Say when a member has their birthday',
    description:
      'Month and day; the year is nobody’s business. Points come when the next one begins, after today, and once in a year of the shop.',
    access: { secret: 'loyalty:write' },
    params,
    body: MemberBirthdayPut,
    errors: standing,
    example: { params: EXAMPLE, body: { birthday: '02-29' } },
    run: (ctx, { params: { customerId }, body }) => setBirthday(ctx, customerId, body.birthday),
    present: presentMember,
  });

  operation(app, {
    ...put,
    operationId: 'putOwnBirthday',
    path: '/v1/me/loyalty/birthday',
    summary: 'Say when the own birthday is',
    description: 'Once; afterwards staff changes it. Who does not take part is not found.',
    access: { customer: true },
    body: OwnBirthdayPut,
    errors: [platformErrors.not_found, loyaltyErrors.birthday_known, ...standing],
    example: { body: { birthday: '02-29' } },
    run: (ctx, { body }) => setOwnBirthday(ctx, body.birthday),
    present: presentMember,
  });
}

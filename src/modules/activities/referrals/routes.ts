import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, text, uuid } from '../../../platform/http/schema.ts';
import { activityErrors as e } from '../errors.ts';
import { inviteFriend, linkedCode, readCodeOffer, readReferralCode } from './codes.ts';
import { referralErrors as r } from './errors.ts';
import { cancelReferral, listFriends, listReferrals } from './manage.ts';
import {
  CodeOfferModel,
  presentOffer,
  presentReferral,
  ReferralCancel,
  ReferralCodeModel,
  ReferralModel,
  ReferralPage,
  ReferralStateName,
} from './schemas.ts';

const tag = 'Activities';
const params = Type.Object({ participantId: uuid('Who brings friends.') });
const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const EXAMPLE = { participantId: ID };
const page = {
  statuses: [200] as const,
  schema: ReferralPage,
  description: 'A page of friends.',
};

export function referralRoutes(app: FastifyInstance): void {
  codeRoutes(app);
  inviteRoute(app);
  listRoutes(app);
  cancelRoute(app);
}

function codeRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getReferralCode',
    method: 'GET',
    path: '/v1/participants/{participantId}/referral-code',
    tag,
    summary: 'Read what a participant passes on',
    description: 'Any number of friends can claim with it; a customer reads their own.',
    access: { secret: 'activities:read', customer: true },
    params,
    success: { statuses: [200], schema: ReferralCodeModel, description: 'The code and its link.' },
    errors: [e.activity_other_type],
    example: { params: EXAMPLE },
    run: (ctx, input) => readReferralCode(ctx, input.params.participantId),
    present: (code) => ({ ...code }),
  });

  operation(app, {
    operationId: 'getReferralOffer',
    method: 'GET',
    path: '/v1/referral-codes/{code}',
    tag,
    summary: 'Read to what a code leads that one was sent',
    description: 'What there is to do and to get; nothing about whose it is.',
    access: { secret: 'activities:read', publishable: true, customer: true },
    // Without its pattern: what is no code is none, as one that nobody has.
    params: Type.Object({ code: text('What the friend was sent.', 40) }),
    success: { statuses: [200], schema: CodeOfferModel, description: 'The activity as it is now.' },
    errors: [],
    example: { params: { code: '7K2M9QX4TB0C' } },
    run: (ctx, input) => readCodeOffer(ctx, input.params.code),
    present: (offer) => presentOffer(offer, linkedCode(offer.whole, offer.code)),
  });
}

function inviteRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'inviteFriend',
    method: 'POST',
    path: '/v1/participants/{participantId}/referrals',
    tag,
    summary: 'Make a personal invitation',
    description:
      'With a code of its own, which one friend can claim. To whom it is sent stays with who sends it; a customer makes their own.',
    access: { secret: 'activities:write', customer: true },
    idempotency: 'required',
    params,
    success: { statuses: [201], schema: ReferralModel, description: 'The invitation.' },
    errors: [
      e.activity_other_type,
      e.activity_not_running,
      r.referral_limit_reached,
      r.referral_day_limit_reached,
    ],
    example: { params: EXAMPLE },
    run: (ctx, input) => inviteFriend(ctx, input.params.participantId),
    present: ({ referral }, ctx) => presentReferral(referral, ctx),
  });
}

function listRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listFriends',
    method: 'GET',
    path: '/v1/participants/{participantId}/referrals',
    tag,
    summary: 'List the friends of a participant',
    description:
      'Newest first, with how far each is. A customer lists their own, and is not told who they are.',
    access: { secret: 'activities:read', customer: true },
    params,
    query: Type.Object({ ...pageQuery }),
    success: page,
    errors: [],
    example: { params: EXAMPLE, query: { limit: 20 } },
    run: (ctx, input) => listFriends(ctx, input.params.participantId, input.query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((row) => presentReferral(row, ctx)),
      nextCursor,
    }),
  });

  operation(app, {
    operationId: 'listReferrals',
    method: 'GET',
    path: '/v1/referrals',
    tag,
    summary: 'List friends',
    description: 'Newest first, of all participants.',
    access: { secret: 'activities:read' },
    query: Type.Object({
      ...pageQuery,
      activityId: Type.Optional(uuid('Only those of this activity.')),
      referredCustomerId: Type.Optional(uuid('Only where this customer was brought.')),
      state: Type.Optional(ref(ReferralStateName, { description: 'Only those in this state.' })),
    }),
    success: page,
    errors: [],
    example: { query: { state: 'qualified', limit: 20 } },
    run: (ctx, { query }) => listReferrals(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((row) => presentReferral(row, ctx)),
      nextCursor,
    }),
  });
}

function cancelRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'cancelReferral',
    method: 'POST',
    path: '/v1/referrals/{referralId}/cancel',
    tag,
    summary: 'Take a friend out',
    description:
      'Such as one who is the same person under another name. They count no more and cannot be brought again, and what was reached with them ' +
      'is taken back as far as it is still there.',
    access: { secret: 'activities:write' },
    idempotency: 'required',
    params: Type.Object({ referralId: uuid('The referral.') }),
    body: ReferralCancel,
    success: { statuses: [200], schema: ReferralModel, description: 'The referral, which counts no more.' },
    errors: [r.referral_cancelled],
    example: { params: { referralId: ID }, body: { reason: 'The same household, and the same card.' } },
    run: (ctx, input) => cancelReferral(ctx, input.params.referralId, input.body.reason),
    present: presentReferral,
  });
}

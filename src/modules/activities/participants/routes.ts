import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, uuid } from '../../../platform/http/schema.ts';
import { customersErrors } from '../../customers/errors.ts';
import { ownIdOf } from '../../loyalty/points.ts';
import { activityParams, EXAMPLE_ACTIVITY } from '../activity-routes.ts';
import { activityErrors as e } from '../errors.ts';
import { joinActivity } from './join.ts';
import {
  listOwnParticipations,
  listOwnRewards,
  listParticipantCounts,
  listParticipants,
  listParticipations,
  listRewards,
  readParticipant,
} from './read.ts';
import {
  ActivityRewardPage,
  OwnParticipantCreate,
  ParticipantCountPage,
  ParticipantCreate,
  ParticipantModel,
  ParticipantPage,
  presentCount,
  presentParticipant,
  presentReward,
  RewardStateName,
} from './schemas.ts';

const tag = 'Activities';
const params = Type.Object({ participantId: uuid('The participant.') });
const EXAMPLE = { participantId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const openErrors = [
  e.activity_not_running,
  e.activity_channel_closed,
  e.activity_sharing_forbidden,
  e.activity_not_for_customer,
  e.activity_full,
  e.activity_budget_used_up,
  e.activity_not_joinable,
];
const joined = {
  statuses: [201, 200] as [number, number],
  schema: ParticipantModel,
  description: 'The participant: 201 where they are new, 200 where they took part already.',
};

export function participantRoutes(app: FastifyInstance): void {
  joinRoutes(app);
  listRoutes(app);
  readRoutes(app);
  rewardRoutes(app);
}

function joinRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'joinActivity',
    method: 'POST',
    path: '/v1/activities/{activityId}/participants',
    tag,
    summary: 'Let a customer take part',
    description:
      'Where customers ask to take part. Places and budget are taken at once or not at all; who takes part already stays as they are.',
    access: { secret: 'activities:write' },
    idempotency: 'required',
    params: activityParams,
    body: ParticipantCreate,
    success: joined,
    errors: [
      ...openErrors,
      customersErrors.customer_not_found,
      customersErrors.customer_merged,
      customersErrors.customer_erased,
    ],
    example: {
      params: EXAMPLE_ACTIVITY,
      body: { customerId: '01890a5d-ac96-774b-bcce-b302099a8057', channel: 'web' },
    },
    run: (ctx, input) => joinActivity(ctx, input.params.activityId, input.body),
    present: ({ participant }) => presentParticipant(participant),
    statusOf: ({ isNew }) => (isNew ? 201 : 200),
  });

  operation(app, {
    operationId: 'joinActivityAsCustomer',
    method: 'POST',
    path: '/v1/me/activities/{activityId}/participation',
    tag,
    summary: 'Take part',
    description: 'The same for the customer who calls.',
    access: { customer: true },
    idempotency: 'required',
    params: activityParams,
    body: OwnParticipantCreate,
    success: joined,
    errors: openErrors,
    example: { params: EXAMPLE_ACTIVITY, body: { channel: 'web' } },
    run: (ctx, input) =>
      joinActivity(ctx, input.params.activityId, { ...input.body, customerId: ownIdOf(ctx) }),
    present: ({ participant }) => presentParticipant(participant),
    statusOf: ({ isNew }) => (isNew ? 201 : 200),
  });
}

function listRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listParticipants',
    method: 'GET',
    path: '/v1/activities/{activityId}/participants',
    tag,
    summary: 'List who takes part',
    description: 'Who came last first.',
    access: { secret: 'activities:read' },
    params: activityParams,
    query: Type.Object({ ...pageQuery }),
    success: { statuses: [200], schema: ParticipantPage, description: 'A page of participants.' },
    errors: [],
    example: { params: EXAMPLE_ACTIVITY, query: { limit: 20 } },
    run: (ctx, input) => listParticipants(ctx, input.params.activityId, input.query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentParticipant), nextCursor }),
  });

  operation(app, {
    operationId: 'listParticipations',
    method: 'GET',
    path: '/v1/participants',
    tag,
    summary: 'List in what a customer takes part',
    description: 'Newest first.',
    access: { secret: 'activities:read' },
    query: Type.Object({ ...pageQuery, customerId: uuid('The customer.') }),
    success: { statuses: [200], schema: ParticipantPage, description: 'A page of participants.' },
    errors: [],
    example: { query: { customerId: '01890a5d-ac96-774b-bcce-b302099a8057', limit: 20 } },
    run: (ctx, { query }) => listParticipations(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentParticipant), nextCursor }),
  });

  operation(app, {
    operationId: 'listOwnParticipations',
    method: 'GET',
    path: '/v1/me/participations',
    tag,
    summary: 'List in what the customer who calls takes part',
    description: 'Newest first.',
    access: { customer: true },
    query: Type.Object({ ...pageQuery }),
    success: { statuses: [200], schema: ParticipantPage, description: 'A page of participants.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listOwnParticipations(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentParticipant), nextCursor }),
  });
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getParticipant',
    method: 'GET',
    path: '/v1/participants/{participantId}',
    tag,
    summary: 'Read a participant',
    description: 'With what is counted for them now; a customer reads their own.',
    access: { secret: 'activities:read', customer: true },
    params,
    success: { statuses: [200], schema: ParticipantModel, description: 'The participant as it is now.' },
    errors: [],
    example: { params: EXAMPLE },
    run: (ctx, input) => readParticipant(ctx, input.params.participantId),
    present: presentParticipant,
  });

  operation(app, {
    operationId: 'listParticipantCounts',
    method: 'GET',
    path: '/v1/participants/{participantId}/counts',
    tag,
    summary: 'List what was counted for a participant',
    description: 'Newest first, with what it counts for now; a customer reads their own.',
    access: { secret: 'activities:read', customer: true },
    params,
    query: Type.Object({ ...pageQuery }),
    success: { statuses: [200], schema: ParticipantCountPage, description: 'A page of what was counted.' },
    errors: [],
    example: { params: EXAMPLE, query: { limit: 20 } },
    run: (ctx, input) => listParticipantCounts(ctx, input.params.participantId, input.query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentCount), nextCursor }),
  });
}

function rewardRoutes(app: FastifyInstance): void {
  const state = Type.Optional(ref(RewardStateName, { description: 'Only those in this state.' }));
  const activityId = Type.Optional(uuid('Only those of this activity.'));
  operation(app, {
    operationId: 'listActivityRewards',
    method: 'GET',
    path: '/v1/activity-rewards',
    tag,
    summary: 'List what participants have earned',
    description: 'Newest first. What is owed and cannot be given yet says why.',
    access: { secret: 'activities:read' },
    query: Type.Object({
      ...pageQuery,
      activityId,
      customerId: Type.Optional(uuid('Only those of this customer.')),
      state,
    }),
    success: { statuses: [200], schema: ActivityRewardPage, description: 'A page of rewards.' },
    errors: [],
    example: { query: { state: 'owed', limit: 20 } },
    run: (ctx, { query }) => listRewards(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentReward), nextCursor }),
  });

  operation(app, {
    operationId: 'listOwnActivityRewards',
    method: 'GET',
    path: '/v1/me/activity-rewards',
    tag,
    summary: 'List what the customer who calls has earned',
    description: 'Newest first.',
    access: { customer: true },
    query: Type.Object({ ...pageQuery, activityId, state }),
    success: { statuses: [200], schema: ActivityRewardPage, description: 'A page of rewards.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listOwnRewards(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentReward), nextCursor }),
  });
}

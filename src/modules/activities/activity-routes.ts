import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { ref, text, uuid } from '../../platform/http/schema.ts';
import { campaignErrors as c } from '../campaigns/errors.ts';
import { segmentErrors } from '../segments/errors.ts';
import {
  copyActivity,
  createActivity,
  listActivities,
  listActivityVersions,
  readActivity,
  readActivityByExternalId,
} from './activities.ts';
import { updateActivity } from './change.ts';
import { contestErrors } from './contests/errors.ts';
import { depositErrors } from './deposits/errors.ts';
import { drawErrors as d } from './draws/errors.ts';
import { activityErrors as e } from './errors.ts';
import { ActivityTypeName } from './rule-schemas.ts';
import {
  ActivityCopy,
  ActivityCreate,
  ActivityModel,
  ActivityPage,
  ActivityStateName,
  ActivityUpdate,
  ActivityVersionPage,
  presentActivity,
  presentVersion,
  splitInput,
} from './schemas.ts';

const tag = 'Activities';
export const activityParams = Type.Object({ activityId: uuid('The activity.') });
export const EXAMPLE_ACTIVITY = { activityId: '01890a5d-ac96-774b-bcce-b302099a8057' };
export const oneActivity = {
  statuses: [200] as const,
  schema: ActivityModel,
  description: 'The activity as it is now.',
};
/** What an activity cannot say. */
export const ruleErrors = [
  e.activity_format_faulty,
  e.activity_segments_contradictory,
  e.activity_times_contradictory,
  e.activity_text_twice,
  e.activity_budget_too_small,
];
/** What it names that there is not. */
export const namedErrors = [
  e.activity_product_not_found,
  e.activity_coupon_not_possible,
  segmentErrors.segment_not_found,
  segmentErrors.segment_archived,
];
const joinErrors = [c.programme_not_found, c.programme_ended, c.programme_full];

export function activityOwnRoutes(app: FastifyInstance): void {
  createRoute(app);
  copyRoute(app);
  listRoutes(app);
  readRoutes(app);
  updateRoute(app);
}

function createRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createActivity',
    method: 'POST',
    path: '/v1/activities',
    tag,
    summary: 'Make an activity',
    description: 'As a draft: nothing is there for customers until it is scheduled or started.',
    access: { secret: 'activities:write' },
    body: ActivityCreate,
    success: { statuses: [201], schema: ActivityModel, description: 'The draft.' },
    errors: [...ruleErrors, ...namedErrors, ...joinErrors, e.activity_external_id_taken],
    example: {
      body: {
        name: 'Likes for the new tea',
        format: {
          type: 'likes',
          steps: [
            {
              key: 'first',
              at: 58,
              rewards: [{ kind: 'goods', name: 'Tea tin', quantity: 1, marketAmount: 1_500 }],
            },
            { key: 'second', at: 98, rewards: [{ kind: 'points', points: 500 }] },
          ],
          openHours: 72,
          helpsPerDay: 5,
          ringSize: 2,
        },
        budgetAmount: 3_000_000,
        startsAt: '2027-09-22T00:00:00Z',
        endsAt: '2027-10-07T00:00:00Z',
        texts: [{ language: 'en', startText: 'Collect 58 likes for a tin of tea.' }],
      },
    },
    run: (ctx, { body }) => {
      const { rule, ...rest } = splitInput(body);
      return createActivity(ctx, { ...rest, name: body.name, rule: { ...rule, format: body.format } });
    },
    present: presentActivity,
  });
}

function copyRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'copyActivity',
    method: 'POST',
    path: '/v1/activities/{activityId}/copy',
    tag,
    summary: 'Copy an activity',
    description: 'Makes a draft that says what the activity says now, at other times and in no programme.',
    access: { secret: 'activities:write' },
    params: activityParams,
    body: ActivityCopy,
    success: { statuses: [201], schema: ActivityModel, description: 'The draft.' },
    errors: [...ruleErrors, ...namedErrors, e.activity_external_id_taken],
    example: {
      params: EXAMPLE_ACTIVITY,
      body: { name: 'Likes again', startsAt: '2028-09-22T00:00:00Z', endsAt: '2028-10-07T00:00:00Z' },
    },
    run: (ctx, { params, body }) => copyActivity(ctx, params.activityId, body),
    present: presentActivity,
  });
}

function listRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listActivities',
    method: 'GET',
    path: '/v1/activities',
    tag,
    summary: 'List activities',
    description:
      'Newest first, also those that have ended; with `updatedSince` in the order of their changes.',
    access: { secret: 'activities:read' },
    query: Type.Object({
      ...pageQuery,
      state: Type.Optional(ref(ActivityStateName, { description: 'Only those in this state.' })),
      type: Type.Optional(ref(ActivityTypeName, { description: 'Only those of this type.' })),
      programmeId: Type.Optional(uuid('Only those of this programme.')),
      externalId: Type.Optional(text('Only the one with this id of your own.', 200)),
      updatedSince: Type.Optional(
        Type.String({
          format: 'date-time',
          description: 'Only what has changed since; oldest change first.',
        }),
      ),
    }),
    success: { statuses: [200], schema: ActivityPage, description: 'A page of activities.' },
    errors: [],
    example: { query: { state: 'running', limit: 20 } },
    run: (ctx, { query }) => listActivities(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentActivity), nextCursor }),
  });

  operation(app, {
    operationId: 'listActivityVersions',
    method: 'GET',
    path: '/v1/activities/{activityId}/versions',
    tag,
    summary: 'List what an activity said',
    description: 'Newest first.',
    access: { secret: 'activities:read' },
    params: activityParams,
    query: Type.Object({ ...pageQuery }),
    success: { statuses: [200], schema: ActivityVersionPage, description: 'A page of versions.' },
    errors: [],
    example: { params: EXAMPLE_ACTIVITY, query: { limit: 20 } },
    run: (ctx, { params, query }) => listActivityVersions(ctx, params.activityId, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentVersion), nextCursor }),
  });
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getActivity',
    method: 'GET',
    path: '/v1/activities/{activityId}',
    tag,
    summary: 'Read an activity',
    description: 'With what it says now.',
    access: { secret: 'activities:read' },
    params: activityParams,
    success: oneActivity,
    errors: [],
    example: { params: EXAMPLE_ACTIVITY },
    run: (ctx, { params }) => readActivity(ctx, params.activityId),
    present: presentActivity,
  });

  operation(app, {
    operationId: 'getActivityByExternalId',
    method: 'GET',
    path: '/v1/activities-by-external-id/{externalId}',
    tag,
    summary: 'Read an activity by your own id',
    description: 'By the id that the activity has in your own system.',
    access: { secret: 'activities:read' },
    params: Type.Object({ externalId: text('The id in your own system.', 200) }),
    success: oneActivity,
    errors: [],
    example: { params: { externalId: 'LIKES-27' } },
    run: (ctx, { params }) => readActivityByExternalId(ctx, params.externalId),
    present: presentActivity,
  });
}

function updateRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'updateActivity',
    method: 'PATCH',
    path: '/v1/activities/{activityId}',
    tag,
    summary: 'Change an activity',
    description:
      'JSON merge patch; lists and the format are replaced whole. What a draft says is written anew; of any other activity it is a new ' +
      'version. Its type never changes. Once it has begun it changes only in favour of customers: nothing that was announced is taken back.',
    access: { secret: 'activities:write' },
    versioned: true,
    params: activityParams,
    body: ActivityUpdate,
    success: oneActivity,
    errors: [
      ...ruleErrors,
      d.draw_frozen,
      d.draw_prize_too_valuable,
      contestErrors.contest_closed,
      depositErrors.gift_deposits_off,
      ...namedErrors,
      ...joinErrors,
      e.activity_external_id_taken,
      c.campaign_too_much_metadata,
      e.activity_ended,
      e.activity_has_begun,
      e.activity_type_fixed,
      e.activity_start_fixed,
      e.activity_worse_for_customers,
      d.draw_frozen,
      d.draw_prize_too_valuable,
      contestErrors.contest_closed,
      depositErrors.gift_deposits_off,
    ],
    example: { params: EXAMPLE_ACTIVITY, body: { name: 'Likes, longer', endsAt: '2099-10-14T00:00:00Z' } },
    run: (ctx, { params, body }) => updateActivity(ctx, params.activityId, splitInput(body)),
    present: presentActivity,
  });
}

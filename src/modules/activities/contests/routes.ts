import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { customersErrors } from '../../customers/errors.ts';
import { ownIdOf } from '../../loyalty/points.ts';
import { activityParams, EXAMPLE_ACTIVITY } from '../activity-routes.ts';
import { activityErrors as e } from '../errors.ts';
import { enterContest } from './enter.ts';
import { contestErrors as c } from './errors.ts';
import { listEntries, readContest, readOwnEntry, verifyContest } from './read.ts';
import { enterResult, lockResult } from './result.ts';
import {
  ContestEntryModel,
  ContestEntryPage,
  ContestModel,
  ContestResultCreate,
  ContestResultLock,
  ContestVerificationModel,
  EntryCreate,
  OwnEntryCreate,
  presentContest,
  presentEntry,
  presentVerification,
} from './schemas.ts';

const tag = 'Activities';
const params = activityParams;
const entered = {
  statuses: [201, 200] as [number, number],
  schema: ContestEntryModel,
  description: 'The entry: 201 where it is new, 200 where the customer had entered.',
};
const entryRefusals = [
  e.activity_other_type,
  e.activity_not_running,
  e.activity_channel_closed,
  e.activity_sharing_forbidden,
  e.activity_not_for_customer,
  e.activity_full,
  e.activity_budget_used_up,
  c.contest_closed,
  c.contest_option_unknown,
];
const resultRefusals = [
  e.activity_other_type,
  c.contest_not_closed,
  c.contest_option_unknown,
  c.contest_result_locked,
];
const contestThere = {
  statuses: [200] as [number],
  schema: ContestModel,
  description: 'The contest as it is now.',
};

export function contestRoutes(app: FastifyInstance): void {
  enterRoutes(app);
  resultRoutes(app);
  readRoutes(app);
  proofRoutes(app);
}

function enterRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'enterContest',
    method: 'POST',
    path: '/v1/activities/{activityId}/entries',
    tag,
    summary: 'Enter a contest for a customer',
    description: 'Once for each customer; until the deadline again, to guess something else.',
    access: { secret: 'activities:write' },
    idempotency: 'required',
    params,
    body: EntryCreate,
    success: entered,
    errors: [
      ...entryRefusals,
      customersErrors.customer_not_found,
      customersErrors.customer_merged,
      customersErrors.customer_erased,
    ],
    example: {
      params: EXAMPLE_ACTIVITY,
      body: { customerId: '01890a5d-ac96-774b-bcce-b302099a8057', optionKey: 'home', channel: 'web' },
    },
    run: (ctx, input) => enterContest(ctx, input.params.activityId, input.body),
    present: ({ entry }) => presentEntry(entry),
    statusOf: ({ isNew }) => (isNew ? 201 : 200),
  });

  operation(app, {
    operationId: 'enterContestAsCustomer',
    method: 'POST',
    path: '/v1/me/activities/{activityId}/entry',
    tag,
    summary: 'Enter a contest',
    description: 'The same for the customer who calls.',
    access: { customer: true },
    idempotency: 'required',
    params,
    body: OwnEntryCreate,
    success: entered,
    errors: entryRefusals,
    example: { params: EXAMPLE_ACTIVITY, body: { optionKey: 'home', channel: 'web' } },
    run: (ctx, input) =>
      enterContest(ctx, input.params.activityId, { ...input.body, customerId: ownIdOf(ctx) }),
    present: ({ entry }) => presentEntry(entry),
    statusOf: ({ isNew }) => (isNew ? 201 : 200),
  });
}

function resultRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'enterContestResult',
    method: 'POST',
    path: '/v1/activities/{activityId}/contest/result',
    tag,
    summary: 'Enter the result of a contest',
    description: 'Once nobody enters any more. Until a second person locks it, it can be entered anew.',
    access: { secret: 'activities:write' },
    idempotency: 'required',
    params,
    body: ContestResultCreate,
    success: contestThere,
    errors: resultRefusals,
    example: { params: EXAMPLE_ACTIVITY, body: { resultKey: 'home', reason: 'Final score 2 : 1.' } },
    run: (ctx, input) => enterResult(ctx, input.params.activityId, input.body),
    present: presentContest,
  });

  operation(app, {
    operationId: 'lockContestResult',
    method: 'POST',
    path: '/v1/activities/{activityId}/contest/result/lock',
    tag,
    summary: 'Lock the result of a contest',
    description:
      'As a second person, who says what came true by themselves. It stays from then on, and winners get what they won.',
    access: { secret: 'activities:write' },
    idempotency: 'required',
    params,
    body: ContestResultLock,
    success: contestThere,
    errors: [...resultRefusals, c.contest_result_missing, c.contest_result_by_one, c.contest_result_differs],
    example: { params: EXAMPLE_ACTIVITY, body: { resultKey: 'home' } },
    run: (ctx, input) => lockResult(ctx, input.params.activityId, input.body),
    present: presentContest,
  });
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getContest',
    method: 'GET',
    path: '/v1/activities/{activityId}/contest',
    tag,
    summary: 'Read what a contest publishes',
    description:
      'What is asked and what there is to win; how many guess what once nobody enters any more; the result once it is locked.',
    access: { secret: 'activities:read', publishable: true, customer: true },
    params,
    success: contestThere,
    errors: [],
    example: { params: EXAMPLE_ACTIVITY },
    run: (ctx, input) => readContest(ctx, input.params.activityId),
    present: presentContest,
  });

  operation(app, {
    operationId: 'getOwnContestEntry',
    method: 'GET',
    path: '/v1/me/activities/{activityId}/entry',
    tag,
    summary: 'Read what one entered',
    description: 'Of the customer who calls.',
    access: { customer: true },
    params,
    success: { statuses: [200], schema: ContestEntryModel, description: 'The entry as it is now.' },
    errors: [],
    example: { params: EXAMPLE_ACTIVITY },
    run: (ctx, input) => readOwnEntry(ctx, input.params.activityId),
    present: presentEntry,
  });
}

function proofRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listContestEntries',
    method: 'GET',
    path: '/v1/activities/{activityId}/entries',
    tag,
    summary: 'List the entries of a contest',
    description: 'In the order of their numbers.',
    access: { secret: 'activities:read' },
    params,
    query: Type.Object({
      ...pageQuery,
      isWinner: Type.Optional(
        Type.Boolean({ description: 'Only those that won something, or only others.' }),
      ),
    }),
    success: { statuses: [200], schema: ContestEntryPage, description: 'A page of entries.' },
    errors: [],
    example: { params: EXAMPLE_ACTIVITY, query: { limit: 20 } },
    run: (ctx, input) => listEntries(ctx, input.params.activityId, input.query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentEntry), nextCursor }),
  });

  operation(app, {
    operationId: 'verifyContest',
    method: 'GET',
    path: '/v1/activities/{activityId}/contest/verify',
    tag,
    summary: 'Decide a contest again',
    description: 'Once it is settled: the seed against what it was bound to, and who won from all entries.',
    access: { secret: 'activities:read' },
    params,
    success: { statuses: [200], schema: ContestVerificationModel, description: 'What it came to.' },
    errors: [c.contest_not_settled],
    example: { params: EXAMPLE_ACTIVITY },
    run: (ctx, input) => verifyContest(ctx, input.params.activityId),
    present: presentVerification,
  });
}

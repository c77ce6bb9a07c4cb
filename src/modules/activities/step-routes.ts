import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { campaignErrors as c } from '../campaigns/errors.ts';
import { activityParams, EXAMPLE_ACTIVITY, namedErrors, oneActivity } from './activity-routes.ts';
import { contestErrors } from './contests/errors.ts';
import { depositErrors } from './deposits/errors.ts';
import { drawErrors as d } from './draws/errors.ts';
import { activityErrors as e } from './errors.ts';
import { ActivityEnd, presentActivity } from './schemas.ts';
import {
  endActivity,
  pauseActivity,
  resumeActivity,
  scheduleActivity,
  startActivity,
  unscheduleActivity,
} from './steps.ts';

const openErrors = [e.activity_ended, e.activity_state_not_possible];
const beginErrors = [
  ...openErrors,
  e.activity_end_passed,
  c.programme_ended,
  d.draw_prize_too_valuable,
  contestErrors.contest_closed,
  depositErrors.gift_deposits_off,
  ...namedErrors,
];

const STEPS = [
  {
    verb: 'schedule',
    summary: 'Schedule an activity',
    description:
      'A draft starts by itself at its `startsAt`. What it says is frozen: a change is a new version.',
    run: scheduleActivity,
    errors: [...beginErrors, e.activity_start_not_ahead],
  },
  {
    verb: 'unschedule',
    summary: 'Take back the schedule of an activity',
    description: 'It is a draft again, as its next version.',
    run: unscheduleActivity,
    errors: [...openErrors, e.activity_has_begun],
  },
  {
    verb: 'start',
    summary: 'Start an activity',
    description: 'It is there for customers from now on; where its `startsAt` lies ahead, that is now.',
    run: startActivity,
    errors: beginErrors,
  },
  {
    verb: 'pause',
    summary: 'Pause an activity',
    description: 'It takes nothing until it is resumed. Its end comes all the same.',
    run: pauseActivity,
    errors: openErrors,
  },
  {
    verb: 'resume',
    summary: 'Resume an activity',
    description: 'It goes on, or waits for its start where that lies ahead.',
    run: resumeActivity,
    errors: openErrors,
  },
] as const;

export function activityStepRoutes(app: FastifyInstance): void {
  for (const { verb, summary, description, run, errors } of STEPS)
    operation(app, {
      operationId: `${verb}Activity`,
      method: 'POST',
      path: `/v1/activities/{activityId}/${verb}`,
      tag: 'Activities',
      summary,
      description: `${description} Done again, it changes nothing.`,
      access: { secret: 'activities:write' },
      versioned: true,
      params: activityParams,
      success: oneActivity,
      errors: [...errors],
      example: { params: EXAMPLE_ACTIVITY },
      run: (ctx, { params }) => run(ctx, params.activityId),
      present: presentActivity,
    });

  operation(app, {
    operationId: 'endActivity',
    method: 'POST',
    path: '/v1/activities/{activityId}/end',
    tag: 'Activities',
    summary: 'End an activity before its time',
    description:
      'For good, and with a reason that stays. What participants have earned stays theirs. Done again, it changes nothing.',
    access: { secret: 'activities:write' },
    versioned: true,
    params: activityParams,
    body: ActivityEnd,
    success: oneActivity,
    errors: [],
    example: { params: EXAMPLE_ACTIVITY, body: { reason: 'The gifts are gone.' } },
    run: (ctx, { params, body }) => endActivity(ctx, params.activityId, body.reason),
    present: presentActivity,
  });
}

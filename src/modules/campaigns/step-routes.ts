import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { campaignParams, EXAMPLE_CAMPAIGN, namedErrors, oneCampaign } from './campaign-routes.ts';
import { campaignErrors as e } from './errors.ts';
import { CampaignEnd, presentCampaign } from './schemas.ts';
import {
  endCampaign,
  pauseCampaign,
  resumeCampaign,
  scheduleCampaign,
  startCampaign,
  unscheduleCampaign,
} from './steps.ts';

const openErrors = [e.campaign_ended, e.campaign_state_not_possible];
const beginErrors = [...openErrors, e.campaign_end_passed, e.programme_ended, ...namedErrors];

const STEPS = [
  {
    verb: 'schedule',
    summary: 'Schedule a campaign',
    description:
      'A draft starts by itself at its `startsAt`. What it says is frozen: a change is a new version.',
    run: scheduleCampaign,
    errors: [...beginErrors, e.campaign_start_not_ahead],
  },
  {
    verb: 'unschedule',
    summary: 'Take back the schedule of a campaign',
    description: 'It is a draft again, as its next version.',
    run: unscheduleCampaign,
    errors: [...openErrors, e.campaign_has_begun],
  },
  {
    verb: 'start',
    summary: 'Start a campaign',
    description: 'It is there for customers from now on; where its `startsAt` lies ahead, that is now.',
    run: startCampaign,
    errors: beginErrors,
  },
  {
    verb: 'pause',
    summary: 'Pause a campaign',
    description:
      'It does nothing until it is resumed. Orders keep what it gave them. Its end comes all the same.',
    run: pauseCampaign,
    errors: openErrors,
  },
  {
    verb: 'resume',
    summary: 'Resume a campaign',
    description: 'It goes on, or waits for its start where that lies ahead.',
    run: resumeCampaign,
    errors: openErrors,
  },
] as const;

export function stepRoutes(app: FastifyInstance): void {
  for (const { verb, summary, description, run, errors } of STEPS)
    operation(app, {
      operationId: `${verb}Campaign`,
      method: 'POST',
      path: `/v1/campaigns/{campaignId}/${verb}`,
      tag: 'Campaigns',
      summary,
      description: `${description} Done again, it changes nothing.`,
      access: { secret: 'campaigns:write' },
      versioned: true,
      params: campaignParams,
      success: oneCampaign,
      errors: [...errors],
      example: { params: EXAMPLE_CAMPAIGN },
      run: (ctx, { params }) => run(ctx, params.campaignId),
      present: presentCampaign,
    });

  operation(app, {
    operationId: 'endCampaign',
    method: 'POST',
    path: '/v1/campaigns/{campaignId}/end',
    tag: 'Campaigns',
    summary: 'End a campaign before its time',
    description:
      'For good, and with a reason that stays. Orders keep what it gave them, and quotes that hold it can still be ordered in their time. ' +
      'Done again, it changes nothing.',
    access: { secret: 'campaigns:write' },
    versioned: true,
    params: campaignParams,
    body: CampaignEnd,
    success: oneCampaign,
    errors: [],
    example: { params: EXAMPLE_CAMPAIGN, body: { reason: 'The stock is sold.' } },
    run: (ctx, { params, body }) => endCampaign(ctx, params.campaignId, body.reason),
    present: presentCampaign,
  });
}

import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { ref, text, uuid } from '../../platform/http/schema.ts';
import { segmentErrors } from '../segments/errors.ts';
import {
  copyCampaign,
  createCampaign,
  listCampaigns,
  listCampaignVersions,
  readCampaign,
  readCampaignByExternalId,
} from './campaigns.ts';
import { updateCampaign } from './change.ts';
import { campaignErrors as e } from './errors.ts';
import {
  CampaignCopy,
  CampaignCreate,
  CampaignModel,
  CampaignPage,
  CampaignStateName,
  CampaignUpdate,
  CampaignVersionPage,
  presentCampaign,
  presentVersion,
  splitInput,
} from './schemas.ts';

const tag = 'Campaigns';
export const campaignParams = Type.Object({ campaignId: uuid('The campaign.') });
export const EXAMPLE_CAMPAIGN = { campaignId: '01890a5d-ac96-774b-bcce-b302099a8057' };
export const oneCampaign = {
  statuses: [200] as const,
  schema: CampaignModel,
  description: 'The campaign as it is now.',
};
/** What a campaign cannot say. */
export const ruleErrors = [
  e.campaign_mechanic_faulty,
  e.campaign_class_not_possible,
  e.campaign_basis_not_possible,
  e.campaign_segments_required,
  e.campaign_scope_contradictory,
  e.campaign_times_contradictory,
  e.campaign_recurrence_faulty,
  e.campaign_text_twice,
];
/** What it names that there is not. */
export const namedErrors = [
  e.campaign_product_not_found,
  segmentErrors.segment_not_found,
  segmentErrors.segment_archived,
  e.campaign_tier_not_found,
];
const joinErrors = [e.programme_not_found, e.programme_ended, e.programme_full];

export function campaignOwnRoutes(app: FastifyInstance): void {
  createRoute(app);
  copyRoute(app);
  listRoutes(app);
  readRoutes(app);
  updateRoute(app);
}

function createRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createCampaign',
    method: 'POST',
    path: '/v1/campaigns',
    tag,
    summary: 'Make a campaign',
    description:
      'As a draft: nothing changes for customers until it is scheduled or started. Try it on a basket with `POST /v1/campaigns/evaluate`.',
    access: { secret: 'campaigns:write' },
    body: CampaignCreate,
    success: { statuses: [201], schema: CampaignModel, description: 'The draft.' },
    errors: [...ruleErrors, ...namedErrors, ...joinErrors, e.campaign_external_id_taken],
    example: {
      body: {
        name: 'Autumn sale',
        mechanic: { type: 'percent_off', rateBps: 1_000 },
        combinesWith: ['order', 'freight'],
        startsAt: '2027-09-22T00:00:00Z',
        endsAt: '2027-10-07T00:00:00Z',
        texts: [{ language: 'en', startText: 'Ten per cent off everything.' }],
      },
    },
    run: (ctx, { body }) => {
      const { rule, ...own } = splitInput(body);
      return createCampaign(ctx, { ...own, name: body.name, rule: { ...rule, mechanic: body.mechanic } });
    },
    present: presentCampaign,
  });
}

function copyRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'copyCampaign',
    method: 'POST',
    path: '/v1/campaigns/{campaignId}/copy',
    tag,
    summary: 'Copy a campaign',
    description:
      'Makes a draft that says what the campaign says now, at other times and in no programme: next year’s.',
    access: { secret: 'campaigns:write' },
    params: campaignParams,
    body: CampaignCopy,
    success: { statuses: [201], schema: CampaignModel, description: 'The draft.' },
    errors: [...ruleErrors, ...namedErrors, e.campaign_external_id_taken],
    example: {
      params: EXAMPLE_CAMPAIGN,
      body: { name: 'Autumn sale 2028', startsAt: '2028-09-22T00:00:00Z', endsAt: '2028-10-07T00:00:00Z' },
    },
    run: (ctx, { params, body }) => copyCampaign(ctx, params.campaignId, body),
    present: presentCampaign,
  });
}

function listRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCampaigns',
    method: 'GET',
    path: '/v1/campaigns',
    tag,
    summary: 'List campaigns',
    description:
      'Newest first, also those that have ended; with `updatedSince` in the order of their changes.',
    access: { secret: 'campaigns:read' },
    query: Type.Object({
      ...pageQuery,
      state: Type.Optional(ref(CampaignStateName, { description: 'Only those in this state.' })),
      programmeId: Type.Optional(uuid('Only those of this programme.')),
      externalId: Type.Optional(text('Only the one with this id of your own.', 200)),
      updatedSince: Type.Optional(
        Type.String({
          format: 'date-time',
          description: 'Only what has changed since; oldest change first.',
        }),
      ),
    }),
    success: { statuses: [200], schema: CampaignPage, description: 'A page of campaigns.' },
    errors: [],
    example: { query: { state: 'running', limit: 20 } },
    run: (ctx, { query }) => listCampaigns(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentCampaign), nextCursor }),
  });

  operation(app, {
    operationId: 'listCampaignVersions',
    method: 'GET',
    path: '/v1/campaigns/{campaignId}/versions',
    tag,
    summary: 'List what a campaign said',
    description: 'Newest first. Orders and quotes name the version that they were priced by.',
    access: { secret: 'campaigns:read' },
    params: campaignParams,
    query: Type.Object({ ...pageQuery }),
    success: { statuses: [200], schema: CampaignVersionPage, description: 'A page of versions.' },
    errors: [],
    example: { params: EXAMPLE_CAMPAIGN, query: { limit: 20 } },
    run: (ctx, { params, query }) => listCampaignVersions(ctx, params.campaignId, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentVersion), nextCursor }),
  });
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getCampaign',
    method: 'GET',
    path: '/v1/campaigns/{campaignId}',
    tag,
    summary: 'Read a campaign',
    description: 'With what it says now.',
    access: { secret: 'campaigns:read' },
    params: campaignParams,
    success: oneCampaign,
    errors: [],
    example: { params: EXAMPLE_CAMPAIGN },
    run: (ctx, { params }) => readCampaign(ctx, params.campaignId),
    present: presentCampaign,
  });

  operation(app, {
    operationId: 'getCampaignByExternalId',
    method: 'GET',
    path: '/v1/campaigns-by-external-id/{externalId}',
    tag,
    summary: 'Read a campaign by your own id',
    description: 'By the id that the campaign has in your own system.',
    access: { secret: 'campaigns:read' },
    params: Type.Object({ externalId: text('The id in your own system.', 200) }),
    success: oneCampaign,
    errors: [],
    example: { params: { externalId: 'AUTUMN-27' } },
    run: (ctx, { params }) => readCampaignByExternalId(ctx, params.externalId),
    present: presentCampaign,
  });
}

function updateRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'updateCampaign',
    method: 'PATCH',
    path: '/v1/campaigns/{campaignId}',
    tag,
    summary: 'Change a campaign',
    description:
      'JSON merge patch; lists and the mechanic are replaced whole. What a draft says is written anew; of any other campaign it is a new ' +
      'version, and orders keep the one that they were priced by. Once it has begun its kind of mechanic and its start stay, its end is ' +
      'not brought forward and its limits are only raised or lifted.',
    access: { secret: 'campaigns:write' },
    versioned: true,
    params: campaignParams,
    body: CampaignUpdate,
    success: oneCampaign,
    errors: [
      ...ruleErrors,
      ...namedErrors,
      ...joinErrors,
      e.campaign_external_id_taken,
      e.campaign_too_much_metadata,
      e.campaign_ended,
      e.campaign_has_begun,
      e.campaign_mechanic_fixed,
      e.campaign_start_fixed,
      e.campaign_end_brought_forward,
      e.campaign_limit_lowered,
    ],
    example: {
      params: EXAMPLE_CAMPAIGN,
      body: { name: 'Autumn sale, longer', endsAt: '2027-10-14T00:00:00Z' },
    },
    run: (ctx, { params, body }) => updateCampaign(ctx, params.campaignId, splitInput(body)),
    present: presentCampaign,
  });
}

import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { presets } from './presets.ts';
import { CampaignPresetList, placeholdersAt, presentPreset } from './schemas.ts';

/** Ways to sell, to begin a campaign from. */
export function presetRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCampaignPresets',
    method: 'GET',
    path: '/v1/campaign-presets',
    tag: 'Campaigns',
    summary: 'List campaign presets',
    description:
      'The fifteen ways to sell that shops know by name, each with the mechanic behind it, when a shop uses it, and a campaign that ' +
      'works once its ids, its category and its amounts are yours.',
    access: { secret: 'campaigns:read' },
    success: { statuses: [200], schema: CampaignPresetList, description: 'The presets.' },
    errors: [],
    example: {},
    run: async ({ now }) => now,
    present: (now) => ({ data: presets.map((preset) => presentPreset(preset, placeholdersAt(now))) }),
  });
}

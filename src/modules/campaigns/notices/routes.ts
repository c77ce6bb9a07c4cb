import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { model, ref, uuid } from '../../../platform/http/schema.ts';
import { CurrentCampaign, currentQuery, presentCurrent } from '../current-routes.ts';
import type { Campaign } from '../engine/facts.ts';
import { listOwnUpcomingCampaigns, listUpcomingCampaigns } from './upcoming.ts';

const UpcomingCampaignList = model('UpcomingCampaignList', 'Campaigns that will start.', {
  data: Type.Array(ref(CurrentCampaign), { description: 'The campaigns, the soonest first.' }),
});
const of = {
  method: 'GET',
  tag: 'Campaigns',
  query: currentQuery,
  success: { statuses: [200], schema: UpcomingCampaignList, description: 'The campaigns.' },
  errors: [],
  present: (campaigns: readonly Campaign[]) => ({ data: campaigns.map(presentCurrent) }),
} as const;
const WHAT =
  'What is scheduled and for them, from so many hours before its start on as their tier of the loyalty programme says ' +
  '(`earlyNoticeHours`). Campaigns that ask for a code are not among them.';

/** What members hear of before it starts. */
export function upcomingRoutes(app: FastifyInstance): void {
  operation(app, {
    ...of,
    operationId: 'listUpcomingCampaigns',
    path: '/v1/loyalty-members/{customerId}/upcoming-campaigns',
    summary: 'List the campaigns that a member may hear of before they start',
    description: WHAT,
    access: { secret: 'campaigns:read' },
    params: Type.Object({ customerId: uuid('The member.') }),
    example: {
      params: { customerId: '01890a5d-ac96-774b-bcce-b302099a8057' },
      query: { channel: 'web' },
    },
    run: (ctx, { params, query }) => listUpcomingCampaigns(ctx, params.customerId, query),
  });

  operation(app, {
    ...of,
    operationId: 'listOwnUpcomingCampaigns',
    path: '/v1/me/upcoming-campaigns',
    summary: 'List the campaigns that one may hear of before they start',
    description: WHAT,
    access: { customer: true },
    example: { query: { channel: 'web' } },
    run: (ctx, { query }) => listOwnUpcomingCampaigns(ctx, query),
  });
}

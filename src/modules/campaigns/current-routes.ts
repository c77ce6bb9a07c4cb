import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import {
  countryCode,
  model,
  nullableInstant,
  nullableRef,
  ref,
  text,
  uuid,
} from '../../platform/http/schema.ts';
import { listCurrentCampaigns } from './current.ts';
import type { Campaign } from './engine/facts.ts';
import { RecurrenceModel } from './recurrence-schemas.ts';
import { CampaignTextModel, MechanicTypeName } from './rule-schemas.ts';

export const CurrentCampaign = model('CurrentCampaign', 'A campaign as customers may know it.', {
  campaignId: uuid('The campaign.'),
  name: text('Its name.', 200),
  mechanic: ref(MechanicTypeName),
  texts: Type.Array(ref(CampaignTextModel), { description: 'What customers are told.' }),
  startsAt: nullableInstant('From when on; null: it was started by hand.'),
  endsAt: nullableInstant('Until when; null: until it is ended.'),
  recurrence: nullableRef(RecurrenceModel, 'On which days within that time; null: on all.'),
  productIds: Type.Array(Type.String({ format: 'uuid' }), {
    description: 'Only these products; all when empty.',
  }),
  categories: Type.Array(Type.String(), { description: 'Only these categories; all when empty.' }),
});
const CurrentCampaignList = model('CurrentCampaignList', 'The campaigns that are there now.', {
  data: Type.Array(ref(CurrentCampaign), { description: 'The campaigns.' }),
});

export const presentCurrent = ({ id, name, rule }: Campaign) => ({
  campaignId: id,
  name,
  mechanic: rule.mechanic.type,
  texts: [...rule.texts],
  startsAt: rule.startsAt,
  endsAt: rule.endsAt,
  recurrence: rule.recurrence as never,
  productIds: [...rule.productIds],
  categories: [...rule.categories],
});

/** Where one would order. */
export const currentQuery = Type.Object({
  channel: Type.String({
    pattern: '^[a-z0-9][a-z0-9_-]{0,39}$',
    default: 'web',
    description: 'Where one would order.',
  }),
  country: Type.Optional(countryCode('Where it would go.')),
});

/** What a shop front tells on its pages. */
export function currentRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCurrentCampaigns',
    method: 'GET',
    path: '/v1/campaigns/current',
    tag: 'Campaigns',
    summary: 'List the campaigns that are there now',
    description:
      'For the pages of a shop front, with what customers are told. Campaigns that ask for a code are not among them; those for members ' +
      'of segments or of tiers only for a customer who is one. With a customer token, for that customer.',
    access: { secret: 'campaigns:read', publishable: true, customer: true },
    query: currentQuery,
    success: { statuses: [200], schema: CurrentCampaignList, description: 'The campaigns.' },
    errors: [],
    example: { query: { channel: 'web' } },
    run: (ctx, { query }) => listCurrentCampaigns(ctx, query),
    present: (campaigns) => ({ data: campaigns.map(presentCurrent) }),
  });
}

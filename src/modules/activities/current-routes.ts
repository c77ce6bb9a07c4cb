import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { model, nullableInstant, ref, text, uuid } from '../../platform/http/schema.ts';
import { CampaignTextModel } from '../campaigns/rule-schemas.ts';
import { type CurrentActivity, listCurrentActivities } from './current.ts';
import { FormatModel } from './formats.ts';
import { ActivityTypeName } from './rule-schemas.ts';

const CurrentActivityModel = model('CurrentActivity', 'An activity as customers may know it.', {
  activityId: uuid('The activity.'),
  name: text('Its name.', 200),
  type: ref(ActivityTypeName),
  format: ref(FormatModel, { description: 'What customers do, and what they get.' }),
  texts: Type.Array(ref(CampaignTextModel), { description: 'What customers are told.' }),
  startsAt: nullableInstant('From when on; null: it was started by hand.'),
  endsAt: nullableInstant('Until when; null: until it is ended.'),
});
const CurrentActivityList = model('CurrentActivityList', 'The activities that are there now.', {
  data: Type.Array(ref(CurrentActivityModel), { description: 'The activities.' }),
});

const presentCurrent = ({ row, rule }: CurrentActivity): Static<typeof CurrentActivityModel> => ({
  activityId: row.id,
  name: row.name,
  type: rule.format.type,
  format: rule.format,
  texts: [...rule.texts],
  startsAt: rule.startsAt,
  endsAt: rule.endsAt,
});

/** What a shop front tells on its pages. */
export function currentActivityRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCurrentActivities',
    method: 'GET',
    path: '/v1/activities/current',
    tag: 'Activities',
    summary: 'List the activities that are there now',
    description:
      'For the pages of a shop front, with everything that can be got. Those for members of segments only for a customer who is one; what ' +
      'is passed on for rewards not on channels that forbid it.',
    access: { secret: 'activities:read', publishable: true, customer: true },
    query: Type.Object({
      channel: Type.String({
        pattern: '^[a-z0-9][a-z0-9_-]{0,39}$',
        default: 'web',
        description: 'Where one would take part.',
      }),
    }),
    success: { statuses: [200], schema: CurrentActivityList, description: 'The activities.' },
    errors: [],
    example: { query: { channel: 'web' } },
    run: (ctx, { query }) => listCurrentActivities(ctx, query),
    present: (found) => ({ data: found.map(presentCurrent) }),
  });
}

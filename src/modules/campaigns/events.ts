import { Type } from '@sinclair/typebox';
import type { Ctx } from '../../platform/context.ts';
import { defineEvent, eventRow, type NewEvent } from '../../platform/events/define.ts';
import {
  instantOrNull,
  model,
  nullableInstant,
  nullableText,
  nullableUuid,
  ref,
} from '../../platform/http/schema.ts';
import type { CampaignRule } from './rule-schemas.ts';
import type { CampaignRow, Programme } from './tables.ts';

const fields = {
  name: Type.String({ description: 'What the shop calls it.' }),
  state: Type.String({ description: 'The state after the event.' }),
  mechanicType: Type.String({ description: 'What it does to a price.' }),
  ruleVersion: Type.Integer({ description: 'The version of what it says.' }),
  programmeId: nullableUuid('The programme that it belongs to.'),
  startsAt: nullableInstant('From when on; at once when null.'),
  endsAt: nullableInstant('Until when; until it is ended when null.'),
};
const data = Type.Object(fields);
const Told = model('CampaignTold', 'What customers are told, in one language.', {
  language: Type.String({ description: 'BCP 47.' }),
  text: Type.String({ description: 'What they are told.' }),
});
const texts = Type.Array(ref(Told), { description: 'What customers are told, by language.' });
const reason = nullableText('Why it was ended before its time; null when its time was over.');

/** What happens to campaigns. */
export const campaignEvents = {
  created: defineEvent('campaign.created', 'A campaign was made, as a draft.', data),
  updated: defineEvent('campaign.updated', 'A campaign was changed. What it says now is in force.', data),
  scheduled: defineEvent('campaign.scheduled', 'A campaign starts by itself at its time.', data),
  unscheduled: defineEvent('campaign.unscheduled', 'A campaign is a draft again.', data),
  started: defineEvent(
    'campaign.started',
    'A campaign is there for customers.',
    Type.Object({ ...fields, texts }),
  ),
  paused: defineEvent('campaign.paused', 'A campaign does nothing for now.', data),
  resumed: defineEvent('campaign.resumed', 'A campaign goes on.', data),
  ended: defineEvent(
    'campaign.ended',
    'A campaign ended. One that never began has no texts.',
    Type.Object({ ...fields, texts, reason }),
  ),
};

/** Before it starts. */
const announcedData = Type.Object({
  ...fields,
  tierKey: Type.String({ description: 'The tier of the loyalty programme whose members hear of it now.' }),
  texts,
});
export const noticeEvents = {
  announced: defineEvent(
    'campaign.announced',
    'A campaign will start, and the members of a tier hear of it before others do: once for each tier and start.',
    announcedData,
  ),
};

const programmeData = Type.Object({
  name: fields.name,
  state: fields.state,
  startsAt: fields.startsAt,
  endsAt: fields.endsAt,
});

/** What happens to programmes. */
export const programmeEvents = {
  created: defineEvent('programme.created', 'A programme was made.', programmeData),
  updated: defineEvent('programme.updated', 'A programme was changed.', programmeData),
  started: defineEvent(
    'programme.started',
    'A programme started; its campaigns follow by themselves.',
    programmeData,
  ),
  ended: defineEvent(
    'programme.ended',
    'A programme ended. Its campaigns that have begun go on.',
    Type.Object({ ...programmeData.properties, reason }),
  ),
};

type PlainEvent = (typeof campaignEvents)[Exclude<keyof typeof campaignEvents, 'started' | 'ended'>];

const factsOf = (row: CampaignRow, rule: CampaignRule) => ({
  name: row.name,
  state: row.state,
  mechanicType: rule.mechanic.type,
  ruleVersion: row.ruleVersion,
  programmeId: row.programmeId,
  startsAt: instantOrNull(row.startsAt),
  endsAt: instantOrNull(row.endsAt),
});

export const campaignEvent = (ctx: Ctx, kind: PlainEvent, row: CampaignRow, rule: CampaignRule): NewEvent =>
  eventRow(ctx, kind, row.id, factsOf(row, rule));

export const startedEvent = (ctx: Ctx, row: CampaignRow, rule: CampaignRule): NewEvent =>
  eventRow(ctx, campaignEvents.started, row.id, {
    ...factsOf(row, rule),
    texts: rule.texts.map(({ language, startText }) => ({ language, text: startText })),
  });

export const announcedEvent = (ctx: Ctx, row: CampaignRow, rule: CampaignRule, tierKey: string): NewEvent =>
  eventRow(ctx, noticeEvents.announced, row.id, {
    ...factsOf(row, rule),
    tierKey,
    texts: rule.texts.map(({ language, startText }) => ({ language, text: startText })),
  });

/** Whoever was never told of a campaign is not told that it is over. */
export const endedEvent = (ctx: Ctx, row: CampaignRow, rule: CampaignRule): NewEvent =>
  eventRow(ctx, campaignEvents.ended, row.id, {
    ...factsOf(row, rule),
    texts:
      row.startedAt === null
        ? []
        : rule.texts.flatMap(({ language, endText }) =>
            endText === undefined ? [] : [{ language, text: endText }],
          ),
    reason: row.endReason,
  });

const programmeFacts = ({ name, state, startsAt, endsAt }: Programme) => ({
  name,
  state,
  startsAt: instantOrNull(startsAt),
  endsAt: instantOrNull(endsAt),
});

export const programmeEvent = (
  ctx: Ctx,
  kind: (typeof programmeEvents)['created' | 'updated' | 'started'],
  row: Programme,
): NewEvent => eventRow(ctx, kind, row.id, programmeFacts(row));

export const programmeEndedEvent = (ctx: Ctx, row: Programme): NewEvent =>
  eventRow(ctx, programmeEvents.ended, row.id, { ...programmeFacts(row), reason: row.endReason });

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
  uuid,
} from '../../platform/http/schema.ts';
import type { ActivityRule } from './rule-schemas.ts';
import type { ActivityReward, ActivityRow, Participant } from './tables.ts';

const fields = {
  name: Type.String({ description: 'What the shop calls it.' }),
  state: Type.String({ description: 'The state after the event.' }),
  activityType: Type.String({ description: 'What customers do.' }),
  ruleVersion: Type.Integer({ description: 'The version of what it says.' }),
  programmeId: nullableUuid('The programme that it belongs to.'),
  startsAt: nullableInstant('From when on; at once when null.'),
  endsAt: nullableInstant('Until when; until it is ended when null.'),
};
const data = Type.Object(fields);
const Told = model('ActivityTold', 'What customers are told, in one language.', {
  language: Type.String({ description: 'BCP 47.' }),
  text: Type.String({ description: 'What they are told.' }),
});
const texts = Type.Array(ref(Told), { description: 'What customers are told, by language.' });
const reason = nullableText('Why it was ended before its time; null when its time was over.');

/** What happens to activities. */
export const activityEvents = {
  created: defineEvent('activity.created', 'An activity was made, as a draft.', data),
  updated: defineEvent('activity.updated', 'An activity was changed. What it says now is in force.', data),
  scheduled: defineEvent('activity.scheduled', 'An activity starts by itself at its time.', data),
  unscheduled: defineEvent('activity.unscheduled', 'An activity is a draft again.', data),
  started: defineEvent(
    'activity.started',
    'An activity is there for customers.',
    Type.Object({ ...fields, texts }),
  ),
  paused: defineEvent('activity.paused', 'An activity takes nothing for now.', data),
  resumed: defineEvent('activity.resumed', 'An activity goes on.', data),
  ended: defineEvent(
    'activity.ended',
    'An activity ended. One that never began has no texts.',
    Type.Object({ ...fields, texts, reason }),
  ),
};

const participantData = Type.Object({
  activityId: uuid('The activity.'),
  customerId: uuid('Who takes part.'),
  channel: Type.String({ description: 'Where they joined.' }),
  progress: Type.Integer({ description: 'What is counted for them.' }),
  used: Type.Integer({ description: 'What of it they have used.' }),
});

/** What happens to those who take part. The subject is the participant. */
export const participantEvents = {
  joined: defineEvent('participant.joined', 'A customer takes part in an activity.', participantData),
  counted: defineEvent(
    'participant.counted',
    'Something else is counted for a participant now.',
    participantData,
  ),
};

const rewardData = Type.Object({
  activityId: uuid('The activity.'),
  customerId: uuid('Whose it is.'),
  kind: Type.String({ description: 'What it is: `points`, `coupon`, `stored_value` or `goods`.' }),
  earnedBy: Type.String({ description: 'What it was earned by, such as `step:58`.' }),
  valueAmount: Type.Integer({ description: 'What it is worth, in minor units.' }),
});

/** What becomes of what participants have earned. The subject is the reward. */
export const rewardEvents = {
  owed: defineEvent('activity_reward.owed', 'A participant has earned something.', rewardData),
  given: defineEvent('activity_reward.given', 'What a participant earned was given.', rewardData),
  withdrawn: defineEvent(
    'activity_reward.withdrawn',
    'What a participant had earned is not theirs any more, because what it was earned with was given back.',
    rewardData,
  ),
};

type PlainEvent = (typeof activityEvents)[Exclude<keyof typeof activityEvents, 'started' | 'ended'>];

const factsOf = (row: ActivityRow) => ({
  name: row.name,
  state: row.state,
  activityType: row.type,
  ruleVersion: row.ruleVersion,
  programmeId: row.programmeId,
  startsAt: instantOrNull(row.startsAt),
  endsAt: instantOrNull(row.endsAt),
});

export const activityEvent = (ctx: Ctx, kind: PlainEvent, row: ActivityRow): NewEvent =>
  eventRow(ctx, kind, row.id, factsOf(row));

export const startedEvent = (ctx: Ctx, row: ActivityRow, rule: ActivityRule): NewEvent =>
  eventRow(ctx, activityEvents.started, row.id, {
    ...factsOf(row),
    texts: rule.texts.map(({ language, startText }) => ({ language, text: startText })),
  });

/** Whoever was never told of an activity is not told that it is over. */
export const endedEvent = (ctx: Ctx, row: ActivityRow, rule: ActivityRule): NewEvent =>
  eventRow(ctx, activityEvents.ended, row.id, {
    ...factsOf(row),
    texts:
      row.startedAt === null
        ? []
        : rule.texts.flatMap(({ language, endText }) =>
            endText === undefined ? [] : [{ language, text: endText }],
          ),
    reason: row.endReason,
  });

export const participantEvent = (
  ctx: Ctx,
  kind: (typeof participantEvents)[keyof typeof participantEvents],
  { id, activityId, customerId, channel, progress, used }: Participant,
): NewEvent => eventRow(ctx, kind, id, { activityId, customerId, channel, progress, used });

export const rewardEvent = (
  ctx: Ctx,
  kind: (typeof rewardEvents)[keyof typeof rewardEvents],
  { id, activityId, customerId, kind: what, earnedBy, valueAmount }: ActivityReward,
): NewEvent =>
  eventRow(ctx, kind, id, { activityId, customerId, kind: what, earnedBy, valueAmount: Number(valueAmount) });

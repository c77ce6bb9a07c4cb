import { Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableText,
  pageOf,
  PositiveAmount,
  ref,
  toWire,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import { RewardModel } from '../rewards/schemas.ts';
import { rewardStates } from '../states.ts';
import { type ActivityReward, type Participant, type ParticipantCount, SOURCE_TYPES } from '../tables.ts';

import { identifiersField } from './identifiers.ts';

const channel = (description: string) => Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,39}$', description });
/** Where somebody takes part, and what tells them apart. */
export const whereFields = {
  channel: channel('Where they join.'),
  source: Type.Optional(
    nullableText('Where they came from, such as a link in a post.', { minLength: 1, maxLength: 200 }),
  ),
  identifiers: Type.Optional(
    identifiersField(
      'What tells them apart, beside who they are: who has one of these is not somebody else.',
    ),
  ),
};

export const ParticipantCreate = inputModel('ParticipantCreate', 'Who takes part.', {
  customerId: uuid('The customer.'),
  ...whereFields,
});
export const OwnParticipantCreate = inputModel(
  'OwnParticipantCreate',
  'Where the customer takes part.',
  whereFields,
);

export const ParticipantModel = model('Participant', 'A customer who takes part in an activity.', {
  id: uuid('The participant.'),
  activityId: uuid('The activity.'),
  customerId: uuid('The customer.'),
  channel: channel('Where they joined.'),
  source: nullableText('Where they came from.'),
  progress: Type.Integer({
    minimum: 0,
    description: 'What is counted for them: helpers, chances, friends, stamps.',
  }),
  used: Type.Integer({ minimum: 0, description: 'What of it they have used, such as chances in a draw.' }),
  joinedAt: instantText('When they joined.'),
  closesAt: nullableInstant('Until when it is counted for them; null: as long as the activity runs.'),
  version: versionNumber(),
  updatedAt: instantText('When it last changed.'),
});
export const ParticipantPage = pageOf('ParticipantPage', ParticipantModel);

export const SourceTypeName = enumeration('ParticipantSourceType', 'What was counted.', SOURCE_TYPES);
const ParticipantCountModel = model('ParticipantCount', 'Something that was counted for a participant.', {
  sourceType: ref(SourceTypeName),
  sourceId: uuid('Which one: the order, the load, the help.'),
  countedUnits: Type.Integer({ minimum: 0, description: 'What it counted for at first.' }),
  units: Type.Integer({
    minimum: 0,
    description: 'What it counts for now: less where goods or money went back.',
  }),
  sourceAmount: ref(PositiveAmount, {
    description: 'What it comes to now, in minor units; 0 of what costs nothing.',
  }),
  createdAt: instantText('When it was counted.'),
});
export const ParticipantCountPage = pageOf('ParticipantCountPage', ParticipantCountModel);

export const RewardStateName = enumeration(
  'ActivityRewardState',
  'Where a reward stands: owed until it is given.',
  rewardStates.names,
);
const ActivityRewardModel = model('ActivityReward', 'What a participant has earned.', {
  id: uuid('The reward.'),
  activityId: uuid('The activity.'),
  participantId: uuid('Who earned it.'),
  customerId: uuid('Whose it is.'),
  earnedBy: Type.String({ description: 'What it was earned by, such as `step:first`.' }),
  reward: ref(RewardModel, { description: 'What it is.' }),
  valueAmount: ref(PositiveAmount, { description: 'What it is worth, in minor units.' }),
  state: ref(RewardStateName),
  heldReason: nullableText(
    'Why it cannot be given yet: the code of a refusal, such as `not_a_member`. It is tried again by itself.',
  ),
  givenId: nullableText(
    'What was given: a lot of points, a coupon, a movement of the wallet, or a gift grant.',
    { format: 'uuid' },
  ),
  givenAt: nullableInstant('When it was given.'),
  version: versionNumber(),
  createdAt: instantText('When it was earned.'),
  updatedAt: instantText('When it last changed.'),
});
export const ActivityRewardPage = pageOf('ActivityRewardPage', ActivityRewardModel);

export const presentParticipant = (row: Participant) => ({
  id: row.id,
  activityId: row.activityId,
  customerId: row.customerId,
  channel: row.channel,
  source: row.source,
  progress: row.progress,
  used: row.used,
  joinedAt: row.joinedAt.toISOString(),
  closesAt: instantOrNull(row.closesAt),
  version: row.version,
  updatedAt: row.updatedAt.toISOString(),
});

export const presentCount = (row: ParticipantCount) => ({
  sourceType: row.sourceType,
  sourceId: row.sourceId,
  countedUnits: row.countedUnits,
  units: row.units,
  sourceAmount: toWire(row.sourceAmount),
  createdAt: row.createdAt.toISOString(),
});

export const presentReward = (row: ActivityReward) => ({
  id: row.id,
  activityId: row.activityId,
  participantId: row.participantId,
  customerId: row.customerId,
  earnedBy: row.earnedBy,
  reward: row.reward,
  valueAmount: toWire(row.valueAmount),
  state: row.state,
  heldReason: row.heldReason,
  givenId: row.givenId,
  givenAt: instantOrNull(row.givenAt),
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

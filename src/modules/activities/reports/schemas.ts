import { Type } from '@sinclair/typebox';
import {
  enumeration,
  instantOrNull,
  model,
  nullableInstant,
  nullableText,
  PositiveAmount,
  ref,
  toWire,
  uuid,
} from '../../../platform/http/schema.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import { presentReached, ReachedModel } from '../../orders/campaign-reports/schemas.ts';
import { RewardStateName, SourceTypeName } from '../participants/schemas.ts';
import { type ActivityReport, ORIGINS_SHOWN } from './report.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description });

const CountedModel = model('ActivityReportCount', 'What counts, of one kind.', {
  sourceType: ref(SourceTypeName),
  sources: count('How many: what counts in several activities is one.'),
  amount: ref(PositiveAmount, { description: 'What they come to now, in minor units.' }),
});
const RewardKindName = enumeration('ActivityRewardKind', 'What a reward is.', [
  'points',
  'coupon',
  'stored_value',
  'goods',
]);
const RewardSumModel = model('ActivityReportReward', 'Rewards of one kind in one state.', {
  kind: ref(RewardKindName),
  state: ref(RewardStateName),
  rewards: count('How many.'),
  valueAmount: ref(PositiveAmount, { description: 'What they are worth, in minor units.' }),
});
const OriginModel = model('ActivityReportOrigin', 'From where participants of an activity came.', {
  activityId: uuid('The activity.'),
  channel: Type.String({ description: 'Where they joined.' }),
  source: nullableText('What they came by, such as a link in a post.'),
  participants: count('How many.'),
  activeParticipants: count('For how many of them something is counted.'),
});

export const ActivityReportModel = model(
  'ActivityReport',
  'What activities brought until now, beside what was planned. What was taken out or went back counts no more.',
  {
    since: nullableInstant('When the first of them began; null when none has.'),
    currency: ref(Currency),
    participants: count('Different customers who take part.'),
    activeParticipants: count('For how many of them something is counted.'),
    newCustomers: count('How many of them ordered for the first time since then.'),
    newMembers: count('How many of them became members of the loyalty programme since then.'),
    counted: Type.Array(ref(CountedModel), { description: 'What counts: orders, loads, likes, friends.' }),
    rewards: Type.Array(ref(RewardSumModel), { description: 'What was earned, by kind and state.' }),
    origins: Type.Array(ref(OriginModel), {
      description: `From where participants came: the ${ORIGINS_SHOWN} that brought most.`,
    }),
    originsCount: count('From how many origins they came in all.'),
    plan: Type.Array(ref(ReachedModel), {
      description:
        'What was planned, and nothing else. `revenueAmount` is what counted orders come to, `discountAmount` what given rewards are worth.',
    }),
  },
);

export const presentActivityReport = (
  { since, people, counted, rewards, origins, originsCount, plan }: ActivityReport,
  currency: string,
) => ({
  since: instantOrNull(since),
  currency,
  ...people,
  counted: counted.map(({ amount, ...others }) => ({ ...others, amount: toWire(amount) })),
  rewards: rewards.map(({ valueAmount, ...others }) => ({ ...others, valueAmount: toWire(valueAmount) })),
  origins: [...origins],
  originsCount,
  plan: plan.map(presentReached),
});

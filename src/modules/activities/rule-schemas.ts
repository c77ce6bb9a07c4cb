import { type Static, type TProperties, Type } from '@sinclair/typebox';
import { enumeration, nullableInstant, ref } from '../../platform/http/schema.ts';
import { MAX_AMOUNT } from '../../platform/money.ts';
import { CampaignTextModel } from '../campaigns/rule-schemas.ts';
import { FormatModel, type FormatParameters, formats } from './formats.ts';

export const ActivityTypeName = enumeration(
  'ActivityType',
  'What customers do in an activity.',
  formats.map(({ type }) => type),
);

const limit = (maximum: number, description: string) =>
  Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 1,
    maximum,
    description: `${description} Null: no limit.`,
  });
const ids = (description: string) =>
  Type.Array(Type.String({ format: 'uuid' }), { maxItems: 50, uniqueItems: true, description });

/** What an activity is, but for its name: what stands in a version and is frozen with it. */
export const activityRuleFields = {
  format: ref(FormatModel, { description: 'What customers do, and what they get.' }),
  channels: Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,39}$' }), {
    maxItems: 50,
    uniqueItems: true,
    description:
      'Only on these channels; on all when empty. What is passed on to be helped is off on channels that forbid it, whatever this says.',
  }),
  segmentIds: ids('Only for members of one of these segments; for everybody when empty.'),
  excludedSegmentIds: ids('Not for members of these segments, whatever else says so.'),
  participantsLimit: limit(1_000_000_000, 'How many customers can take part.'),
  budgetAmount: limit(
    Number(MAX_AMOUNT),
    'What all participants together can get at most, in minor units. For who joins everything that they can get is kept of it; for whom ' +
      'the rest is too little cannot join.',
  ),
  startsAt: nullableInstant('From when on; at once when null.'),
  endsAt: nullableInstant('Until when; until it is ended when null.'),
  texts: Type.Array(ref(CampaignTextModel), {
    maxItems: 20,
    description: 'What customers are told. One text per language.',
  }),
} as const satisfies TProperties;

const RuleObject = Type.Object(activityRuleFields);
/** What customers do, who of them, where and when, and what they get. Amounts are minor units. */
export type ActivityRule = Omit<Static<typeof RuleObject>, 'format'> & { readonly format: FormatParameters };

/** What is so where a shop does not say otherwise. */
export const ACTIVITY_DEFAULTS: Omit<ActivityRule, 'format'> = {
  channels: [],
  segmentIds: [],
  excludedSegmentIds: [],
  participantsLimit: null,
  budgetAmount: null,
  startsAt: null,
  endsAt: null,
  texts: [],
};

/** What a request says of a rule. What it leaves out has its default, or stays. */
export type RuleInput = Partial<ActivityRule>;

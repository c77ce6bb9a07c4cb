import { type Static, type TProperties, Type } from '@sinclair/typebox';
import {
  countryCode,
  enumeration,
  model,
  PositiveAmount,
  ref,
  scalar,
  text,
} from '../../platform/http/schema.ts';
import { CONSENT_CHANNELS, CONSENT_PURPOSES } from '../customers/tables.ts';
import { RFM_CELLS, RFM_PARTS } from './rfm-rules.ts';

// The rule language is closed: what it can say stands here, and the same schemas validate it, type it and document it. Three
// levels of groups are three schemas, because a schema that contains itself makes no clean clients.

const MAX_VALUES = 50;
const MAX_NUMBER = 1_000_000_000;
const MAX_DAYS = 36_500;

const ListOperator = enumeration(
  'SegmentListOperator',
  '`in`: one of the values. `not_in`: none of them; also of customers of whom nothing is known.',
  ['in', 'not_in'],
);
const NumberOperator = enumeration('SegmentNumberOperator', 'How a number is compared.', [
  'at_least',
  'at_most',
  'equals',
]);
const TextOperator = enumeration(
  'SegmentTextOperator',
  '`equals`: exactly this text. `not_equals`: another one, or none.',
  ['equals', 'not_equals'],
);
const MomentOperator = enumeration('SegmentMomentOperator', '`since`: then or later. `before`: earlier.', [
  'since',
  'before',
]);
const SegmentConsentPurpose = enumeration(
  'SegmentConsentPurpose',
  'What the consent is for.',
  CONSENT_PURPOSES,
);
const SegmentConsentChannel = enumeration(
  'SegmentConsentChannel',
  'The way of writing or calling.',
  CONSENT_CHANNELS,
);
const ConsentState = enumeration(
  'SegmentConsentState',
  'The newest decision; `none` where there is no decision.',
  ['granted', 'refused', 'none'],
);
const RfmPartName = enumeration(
  'RfmPart',
  '`recency`: how lately. `frequency`: how often. `monetary`: for how much in all.',
  RFM_PARTS,
);
export const RfmCellName = enumeration(
  'RfmCell',
  'A named group of customers by when, how often and for how much they bought.',
  RFM_CELLS,
);

const listOperator = ref(ListOperator);
const numberOperator = ref(NumberOperator);
const number = (description: string) => Type.Integer({ minimum: 0, maximum: MAX_NUMBER, description });
const days = (description: string) => Type.Integer({ minimum: 0, maximum: MAX_DAYS, description });
const list = (item: ReturnType<typeof Type.String>, description: string) =>
  Type.Array(item, { minItems: 1, maxItems: MAX_VALUES, uniqueItems: true, description });
const yesOrNo = (description: string) => ({ value: Type.Boolean({ description }) });
const atMoment = {
  operator: ref(MomentOperator),
  at: Type.String({ format: 'date-time', description: 'The moment.' }),
};
const daysSince = (description: string) => ({ operator: numberOperator, days: days(description) });
const categories = {
  operator: listOperator,
  values: list(Type.String({ minLength: 1, maxLength: 100 }), 'Categories of the catalogue.'),
};
const entry = (what: string) => ({
  operator: ref(TextOperator),
  key: text(`The key of the ${what}.`, 40),
  value: Type.String({ maxLength: 500, description: 'The text.' }),
});

const condition = <const F extends string, P extends TProperties>(
  field: F,
  description: string,
  properties: P,
) =>
  model(`Segment${field.charAt(0).toUpperCase()}${field.slice(1)}Condition`, description, {
    field: Type.Literal(field, { description: 'What is looked at.' }),
    ...properties,
  });

const profile = [
  condition('country', 'The country of the customer.', {
    operator: listOperator,
    values: list(countryCode(), 'ISO 3166-1 alpha-2.'),
  }),
  condition('locale', 'The language of the customer.', {
    operator: listOperator,
    values: list(
      Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$', maxLength: 35 }),
      'BCP 47; a shorter one takes in the longer ones: `de` is also `de-CH`.',
    ),
  }),
  condition('hasEmail', 'Whether there is an e-mail address.', yesOrNo('There is one.')),
  condition('hasMobile', 'Whether there is a mobile number.', yesOrNo('There is one.')),
  condition('hasCompany', 'Whether the customer is a company, as in wholesale.', yesOrNo('It is one.')),
  condition('consent', 'What the customer allowed or refused.', {
    purpose: ref(SegmentConsentPurpose),
    channel: ref(SegmentConsentChannel),
    value: ref(ConsentState),
  }),
  condition('registeredAt', 'When the customer was added.', atMoment),
  condition(
    'daysSinceRegistration',
    'Days of the shop’s time zone since the customer was added; 0 on the same day.',
    daysSince('Days.'),
  ),
  condition('metadata', 'An entry of the customer’s metadata.', entry('entry')),
  condition('preference', 'A preference of the customer.', entry('preference')),
  condition('segment', 'Whether the customer is in other segments.', {
    operator: listOperator,
    segmentIds: Type.Array(Type.String({ format: 'uuid' }), {
      minItems: 1,
      maxItems: MAX_VALUES,
      uniqueItems: true,
      description: 'The other segments; `in` is being in at least one of them.',
    }),
  }),
] as const;

const purchases = [
  condition('purchaseCount', 'How many orders something was kept of.', {
    operator: numberOperator,
    value: number('Orders.'),
  }),
  condition('totalAmount', 'What was kept of all orders.', {
    operator: numberOperator,
    amount: ref(PositiveAmount, { description: 'What it is compared with, in minor units.' }),
  }),
  condition('averageAmount', 'What was kept per order. Never true of who bought nothing.', {
    operator: numberOperator,
    amount: ref(PositiveAmount, { description: 'What it is compared with, in minor units.' }),
  }),
  condition(
    'firstPurchaseAt',
    'When the first order was placed. Never true of who bought nothing.',
    atMoment,
  ),
  condition('lastPurchaseAt', 'When the last order was placed. Never true of who bought nothing.', atMoment),
  condition(
    'daysSinceFirstPurchase',
    'Days of the shop’s time zone since the first order. Never true of who bought nothing.',
    daysSince('Days.'),
  ),
  condition(
    'daysSinceLastPurchase',
    'Days of the shop’s time zone since the last order. Never true of who bought nothing.',
    daysSince('Days.'),
  ),
  condition('favouriteCategory', 'The three categories on which most was spent.', categories),
  condition('boughtCategory', 'All categories that were bought.', categories),
  condition(
    'rfmScore',
    'A score from 1 to 5, by fifths of the shop’s buyers. Never true of who bought nothing.',
    {
      part: ref(RfmPartName),
      operator: numberOperator,
      value: Type.Integer({ minimum: 1, maximum: 5, description: 'The score.' }),
    },
  ),
  condition('rfmCell', 'The RFM cell; who bought nothing is in none.', {
    operator: listOperator,
    values: Type.Array(ref(RfmCellName), {
      minItems: 1,
      maxItems: RFM_CELLS.length,
      uniqueItems: true,
      description: 'The cells.',
    }),
  }),
] as const;

/** One thing that is true of a customer or not. */
export type SegmentCondition = Static<(typeof profile)[number]> | Static<(typeof purchases)[number]>;
export type ConditionOf<F extends SegmentCondition['field']> = Extract<SegmentCondition, { field: F }>;

const Condition = scalar<SegmentCondition>('SegmentCondition', {
  type: 'object',
  description: 'One thing that is true of a customer or not.',
  discriminator: { propertyName: 'field' },
  oneOf: [...profile, ...purchases].map(({ $id }) => ({ $ref: `${$id ?? ''}#` })),
});

const Match = enumeration(
  'SegmentRuleMatch',
  '`all`: everything in the group is true. `any`: at least one thing is. `none`: nothing is.',
  ['all', 'any', 'none'],
);
const match = ref(Match);
const conditions = Type.Array(ref(Condition), { maxItems: MAX_VALUES, description: 'Conditions.' });

const Subgroup = model('SegmentRuleSubgroup', 'A group of conditions inside a group.', { match, conditions });
const Group = model('SegmentRuleGroup', 'A group of conditions, and of further groups.', {
  match,
  conditions: Type.Optional(conditions),
  groups: Type.Optional(Type.Array(ref(Subgroup), { maxItems: 10, description: 'Groups inside it.' })),
});
export const RuleModel = model('SegmentRule', 'Who is in a segment.', {
  match,
  conditions: Type.Optional(conditions),
  groups: Type.Optional(Type.Array(ref(Group), { maxItems: 10, description: 'Groups of conditions.' })),
});

export type SegmentRule = Static<typeof RuleModel>;

/** A group of any level. */
export interface RuleGroup {
  readonly match: 'all' | 'any' | 'none';
  readonly conditions?: readonly SegmentCondition[];
  readonly groups?: readonly RuleGroup[];
}

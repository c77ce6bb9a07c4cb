import { type Static, type TProperties, Type } from '@sinclair/typebox';
import {
  countryCode,
  enumeration,
  model,
  nullableInstant,
  nullableRef,
  ref,
} from '../../platform/http/schema.ts';
import { MAX_AMOUNT } from '../../platform/money.ts';
import { AMOUNT_BASES, STACKING_CLASSES } from './engine/facts.ts';
import { AmountBasisName } from './mechanics/parameters.ts';
import { MechanicModel, mechanics, type MechanicParameters } from './mechanics.ts';
import type { Recurrence } from './recurrence-rules.ts';
import { RecurrenceModel } from './recurrence-schemas.ts';

export const StackingClassName = enumeration(
  'StackingClass',
  'Where an offer acts, in the order of application: on the price of goods, on the order as a whole, on its freight.',
  STACKING_CLASSES,
);
export const MechanicTypeName = enumeration(
  'MechanicType',
  'What a campaign does to a price.',
  mechanics.map(({ type }) => type),
);
const ProductCollectionName = enumeration('CampaignCollection', 'A collection of the catalogue.', [
  'new',
  'best_seller',
  'clearance',
]);
const LimitPeriodUnit = enumeration('LimitPeriodUnit', 'A calendar period in the shop’s time zone.', [
  'day',
  'week',
  'month',
  'year',
]);

export const PeriodLimit = model(
  'CampaignPeriodLimit',
  'How often a customer may use it within a calendar period.',
  {
    uses: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'In so many orders.' }),
    per: ref(LimitPeriodUnit, { description: 'Within this period.' }),
  },
);
export const CampaignTextModel = model('CampaignText', 'What customers are told, in one language.', {
  language: Type.String({
    pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$',
    maxLength: 35,
    description: 'BCP 47.',
  }),
  startText: Type.String({ minLength: 1, maxLength: 2000, description: 'When it starts.' }),
  endText: Type.Optional(Type.String({ minLength: 1, maxLength: 2000, description: 'When it ends.' })),
});

const limit = (maximum: number, description: string) =>
  Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 1,
    maximum,
    description: `${description} Null: no limit.`,
  });
const ids = (maxItems: number, description: string) =>
  Type.Array(Type.String({ format: 'uuid' }), { maxItems, uniqueItems: true, description });
const names = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
    maxItems: 100,
    uniqueItems: true,
    description,
  });

/** What a campaign is, but for its name: what stands in a version and is frozen with it. */
export const ruleFields = {
  mechanic: ref(MechanicModel, { description: 'What it does to a price, with its parameters.' }),
  productIds: ids(500, 'Only these products; all when empty, unless categories or collections are named.'),
  excludedProductIds: ids(500, 'Not these products, whatever else says so.'),
  categories: names('Only these categories; all when empty, unless products or collections are named.'),
  excludedCategories: names('Not these categories, whatever else says so.'),
  collections: Type.Array(ref(ProductCollectionName), {
    maxItems: 3,
    uniqueItems: true,
    description:
      'Only products of these collections; all when empty, unless products or categories are named.',
  }),
  channels: Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,39}$' }), {
    maxItems: 50,
    uniqueItems: true,
    description: 'Only for orders of these channels; of all when empty.',
  }),
  countries: Type.Array(countryCode(), {
    maxItems: 250,
    uniqueItems: true,
    description: 'Only where the goods go to one of these countries; anywhere when empty.',
  }),
  segmentIds: ids(
    50,
    'Only for members of one of these segments; for everybody when empty. A guest is in none.',
  ),
  excludedSegmentIds: ids(50, 'Not for members of these segments, whatever else says so.'),
  tierKeys: Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,39}$' }), {
    maxItems: 20,
    uniqueItems: true,
    description:
      'Only for members in one of these tiers of the loyalty programme; for everybody when empty. Nobody is in a tier that the ' +
      'programme does not have any more.',
  }),
  minimumAmount: limit(Number(MAX_AMOUNT), 'What the goods that it covers have to come to, in minor units.'),
  minimumAmountBasis: ref(AmountBasisName, { description: 'Which amount has to come to that.' }),
  minimumQuantity: limit(1_000_000, 'How many units of the goods that it covers it takes.'),
  isFirstOrderOnly: Type.Boolean({ description: 'Only for known customers who have not ordered yet.' }),
  isCouponRequired: Type.Boolean({ description: 'Only for who gives a code of a coupon of this campaign.' }),
  stackingClass: ref(StackingClassName, { description: 'Where it acts.' }),
  combinesWith: Type.Array(ref(StackingClassName), {
    maxItems: 3,
    uniqueItems: true,
    description:
      'Offers of these classes may act on the same goods, where they say the same of this one’s class. With none it stands alone.',
  }),
  exclusiveGroup: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    minLength: 1,
    maxLength: 100,
    description: 'Of the campaigns of one group at most one acts in an order. Null: in none.',
  }),
  priority: Type.Integer({
    minimum: -1_000_000,
    maximum: 1_000_000,
    description: 'The higher is applied earlier within a class, and wins where two are worth the same.',
  }),
  usesLimit: limit(1_000_000_000, 'In so many orders in all.'),
  usesPerCustomerLimit: limit(
    1_000_000,
    'In so many orders of one customer; then only known customers have it.',
  ),
  periodLimit: nullableRef(
    PeriodLimit,
    'How often within a calendar period; then only known customers have it.',
  ),
  budgetAmount: limit(
    Number(MAX_AMOUNT),
    'What it may give in all: discounts, freight, and what gifts cost. An order for which the rest is too little does not have it.',
  ),
  startsAt: nullableInstant('From when on; at once when null.'),
  endsAt: nullableInstant('Until when; until it is ended when null.'),
  recurrence: nullableRef(RecurrenceModel, 'Only on some days within that time. Null: always.'),
  texts: Type.Array(ref(CampaignTextModel), {
    maxItems: 20,
    description: 'What customers are told. One text per language.',
  }),
} as const satisfies TProperties;

const RuleObject = Type.Object(ruleFields);
/** What a campaign does, for whom, when, beside which others, and how often. Amounts are minor units. */
export type CampaignRule = Omit<Static<typeof RuleObject>, 'mechanic' | 'recurrence'> & {
  readonly mechanic: MechanicParameters;
  readonly recurrence: Recurrence | null;
};

/** What is so where a shop does not say otherwise. The class is that of the mechanic. */
export const RULE_DEFAULTS: Omit<CampaignRule, 'mechanic' | 'stackingClass'> = {
  productIds: [],
  excludedProductIds: [],
  categories: [],
  excludedCategories: [],
  collections: [],
  channels: [],
  countries: [],
  segmentIds: [],
  excludedSegmentIds: [],
  tierKeys: [],
  minimumAmount: null,
  minimumAmountBasis: AMOUNT_BASES[0],
  minimumQuantity: null,
  isFirstOrderOnly: false,
  isCouponRequired: false,
  combinesWith: [],
  exclusiveGroup: null,
  priority: 0,
  usesLimit: null,
  usesPerCustomerLimit: null,
  periodLimit: null,
  budgetAmount: null,
  startsAt: null,
  endsAt: null,
  recurrence: null,
  texts: [],
};

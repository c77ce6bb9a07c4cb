import { type Static, Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantText,
  model,
  nullableRef,
  nullableText,
  pageOf,
  ref,
  text,
  uuid,
  versionNumber,
} from '../../platform/http/schema.ts';
import { CLAWBACK_POLICIES } from './lot-rules.ts';
import { MAX_NOTICE_HOURS } from './tiers/rules.ts';
import type { LoyaltyProgramme, LoyaltyProgrammeVersion } from './tables.ts';

const ExpiryKind = enumeration(
  'PointsExpiryKind',
  '`never`. `rolling_months`: so many months after points become active. `fixed_dates`: at the end of certain days of each year. ' +
    '`inactivity`: so many months after the member last got or spent points.',
  ['never', 'rolling_months', 'fixed_dates', 'inactivity'],
);
const Expiry = model('PointsExpiry', 'When points end. Days are the shop’s; the last day counts in full.', {
  kind: ref(ExpiryKind),
  months: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 120,
      description:
        'For `rolling_months` and `inactivity`: after so many months. The month after the 31st of January ends on the last of February.',
    }),
  ),
  yearDays: Type.Optional(
    Type.Array(Type.String({ pattern: '^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])$' }), {
      minItems: 1,
      maxItems: 12,
      uniqueItems: true,
      description:
        'For `fixed_dates`: month and day, such as `12-31`. The 29th of February is the 28th in other years.',
    }),
  ),
  minimumMonths: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 60,
      description: 'For `fixed_dates`: points that are younger last until the next of the days.',
    }),
  ),
});

const EarningRate = model(
  'PointsEarningRate',
  'So many points for each such amount that an order costs after discounts.',
  {
    points: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'How many points.' }),
    perAmount: Type.Integer({
      minimum: 1,
      maximum: 1_000_000_000,
      description:
        'For each so much of the shop’s currency, in minor units. What is left over of an order earns its part of it.',
    }),
  },
);
const LimitPeriod = enumeration('PointsLimitPeriod', 'Days, months and years are the shop’s.', [
  'day',
  'month',
  'year',
]);
const PeriodLimit = model('PointsPeriodLimit', 'How many points a member can earn with orders in a period.', {
  period: ref(LimitPeriod),
  points: Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'At most so many.' }),
});
const Clawback = enumeration(
  'PointsClawback',
  'What happens to points that were earned on goods that come back. `only_pending`: those that can be spent already stay. ' +
    '`within_balance`: they are taken as far as the member has any. `unlimited`: what is missing is a debt that new points repay.',
  CLAWBACK_POLICIES,
);
const ProductPoints = model(
  'ProductPoints',
  'Points for each unit of a product, beside those for what it costs.',
  {
    productId: uuid('The product.'),
    pointsPerUnit: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'How many points.' }),
  },
);
const reward = (description: string) =>
  Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0, description: `${description} 0: none.` });
const days = (fallback: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 365, default: fallback, description });

const earningFields = {
  earning: Type.Optional(
    nullableRef(
      EarningRate,
      'What orders earn when they are paid; null or absent: nothing for what they cost.',
    ),
  ),
  productPoints: Type.Array(ref(ProductPoints), {
    maxItems: 1_000,
    default: [],
    description: 'Products that earn points of their own.',
  }),
  excludedCategories: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
    maxItems: 200,
    uniqueItems: true,
    default: [],
    description: 'Goods of these categories earn nothing.',
  }),
  pendingDays: days(
    7,
    'So many whole days after an order has arrived its points are pending: until it cannot be returned any more. Points for a referral are, after they were given.',
  ),
  latestPendingDays: days(
    60,
    'Where nobody says that an order has arrived, its points are pending so many days after it was paid.',
  ),
  orderLimitPoints: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 0,
    maximum: 1_000_000_000,
    default: null,
    description: 'How many points one order can earn; null: no limit.',
  }),
  periodLimit: Type.Optional(
    nullableRef(PeriodLimit, 'How many points a member can earn in a period; null or absent: no limit.'),
  ),
  clawback: Type.Unsafe<Static<typeof Clawback>>({ ...ref(Clawback), default: 'within_balance' }),
  reviewPoints: reward('Points for a review that was written, whatever it says.'),
  birthdayPoints: reward(
    'Points on the birthday of a member, once a year. The 29th of February is the 28th in other years.',
  ),
  referralPoints: reward('Points for who brought another customer.'),
};

export const TierBasis = enumeration(
  'TierBasis',
  'What counts for tiers. `points`: what orders earned. `spend`: what their goods cost, in minor units. What came back does not count.',
  ['points', 'spend'],
);
const TierModel = model('LoyaltyTier', 'A tier of the programme.', {
  key: Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,39}$', description: 'What it is called by systems.' }),
  name: text('What members read.', 100),
  threshold: Type.Integer({
    minimum: 0,
    maximum: 1_000_000_000_000,
    description: 'So many points, or so much in minor units of the shop’s currency, reach it.',
  }),
  multiplierBps: Type.Integer({
    minimum: 10_000,
    maximum: 1_000_000,
    description:
      'By how much its members earn more with what orders cost, in basis points: 15,000 is half as much again.',
  }),
  earlyNoticeHours: Type.Integer({
    minimum: 0,
    maximum: MAX_NOTICE_HOURS,
    default: 0,
    description:
      'So many hours before it starts its members hear of a campaign; 0: when it starts, as everybody does.',
  }),
  serviceLevel: nullableText('What customer care promises its members; null: nothing of its own.', {
    maxLength: 500,
  }),
});
const tierFields = {
  tierBasis: Type.Unsafe<Static<typeof TierBasis>>({ ...ref(TierBasis), default: 'points' }),
  tierPeriodMonths: Type.Integer({
    minimum: 1,
    maximum: 60,
    default: 12,
    description: 'For so many months after its day everything counts, from the day after it on.',
  }),
  tiers: Type.Array(ref(TierModel), {
    maxItems: 20,
    default: [],
    description: 'From the lowest to the highest, with rising thresholds. Empty: there are none.',
  }),
};

const fields = {
  name: text('What the shop calls it; members see it.', 200),
  signUpPoints: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    description: 'Points for who becomes a member, once; 0: none.',
  }),
  staffGrantLimit: Type.Integer({
    minimum: 0,
    maximum: 1_000_000_000,
    description: 'How many points one person of staff may give at once. More need a second person.',
  }),
  expiry: ref(Expiry),
  ...earningFields,
  ...tierFields,
};

export const LoyaltyProgrammePut = inputModel(
  'LoyaltyProgrammePut',
  'What the loyalty programme says.',
  fields,
);
export type ProgrammeRule = Static<typeof LoyaltyProgrammePut>;

export const LoyaltyProgrammeModel = model('LoyaltyProgramme', 'The loyalty programme of the shop.', {
  ...fields,
  version: versionNumber(),
  createdAt: instantText('When it was first set up.'),
  updatedAt: instantText('When it last changed.'),
});
const Version = model('LoyaltyProgrammeVersion', 'What the programme said from a moment on.', {
  ...fields,
  version: Type.Integer({ description: 'From 1.' }),
  actorKind: text('api_key, customer, provider or system.', 40),
  actorId: text('Who it was.', 100),
  createdAt: instantText('From when on.'),
});
export const LoyaltyProgrammeVersionPage = pageOf('LoyaltyProgrammeVersionPage', Version);

export const presentProgramme = ({ rule, version, createdAt, updatedAt }: LoyaltyProgramme) => ({
  ...rule,
  version,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});

export const presentProgrammeVersion = (row: LoyaltyProgrammeVersion) => ({
  ...row.rule,
  version: row.number,
  actorKind: row.actorKind,
  actorId: row.actorId,
  createdAt: row.createdAt.toISOString(),
});

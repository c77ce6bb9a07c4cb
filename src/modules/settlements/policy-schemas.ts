import { type TOptional, type TProperties, Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  pageOf,
  PositiveAmount,
  ref,
  text,
  toWire,
  uuid,
  versionNumber,
} from '../../platform/http/schema.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import { PolicyWords } from '../orders/promise-schemas.ts';
import type { PolicyUsage } from './policies.ts';
import type { WholePolicy } from './policy-repository.ts';
import {
  COMPARISONS,
  coversFlashSales,
  PAYOUT_METHODS,
  POLICY_REASONS,
  RULE_DEFAULTS,
  segmentsOf,
  TIER_MEASURES,
  WINDOW_STARTS,
} from './policy-rules.ts';
import type { PolicyVersion } from './tables.ts';

export const PolicyReasonName = enumeration(
  'PolicyReason',
  'What a policy can promise to settle.',
  POLICY_REASONS,
);
const WindowStart = enumeration(
  'PolicyWindowStart',
  'What the days of a window are counted from.',
  WINDOW_STARTS,
);
const Comparison = enumeration(
  'PolicyComparison',
  'What is compared with what was paid: the list price, or what a unit costs after the ladder and the campaigns that are there for whoever buys.',
  COMPARISONS,
);
const TierMeasure = enumeration('PolicyTierMeasure', 'What tiers go by.', TIER_MEASURES);
export const PayoutMethodName = enumeration(
  'PayoutMethod',
  'How money reaches the customer: along the payments it came by, newest first; as stored value; as a coupon.',
  PAYOUT_METHODS,
);

const PolicyTier = model('PolicyTier', 'A step of a policy.', {
  from: Type.Integer({
    minimum: 0,
    maximum: 999_999_999_999_999,
    description: 'From this value on: minor units for prices and totals, units for quantities.',
  }),
  rateBps: Type.Integer({
    minimum: 0,
    maximum: 10_000,
    description: 'The share of the difference, in basis points.',
  }),
});

const cap = (description: string) =>
  Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 1,
    maximum: 999_999_999_999_999,
    description: `${description} Minor units; null: no limit.`,
  });
const orNull = (schema: object, description: string) =>
  Type.Unsafe<string | null>({ anyOf: [schema, { type: 'null' }], description });
const ids = (description: string) =>
  Type.Array(Type.String({ format: 'uuid' }), { maxItems: 500, uniqueItems: true, description });
const segmentList = (description: string) =>
  Type.Array(Type.String({ format: 'uuid' }), { maxItems: 50, uniqueItems: true, description });
const names = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
    maxItems: 100,
    uniqueItems: true,
    description,
  });

const rule = {
  reasons: Type.Array(ref(PolicyReasonName), {
    minItems: 1,
    maxItems: POLICY_REASONS.length,
    uniqueItems: true,
    description: 'What it covers.',
  }),
  windowDays: Type.Integer({ minimum: 1, maximum: 3650, description: 'For how many days.' }),
  windowFrom: ref(WindowStart),
  productIds: ids('Only these products; all when empty, unless categories are named.'),
  excludedProductIds: ids('Not these products, whatever else says so.'),
  categories: names('Only these categories; all when empty, unless products are named.'),
  excludedCategories: names('Not these categories, whatever else says so.'),
  segmentIds: segmentList(
    'Only for customers who were in one of these segments when the order was placed; for everybody when empty. A guest is in none.',
  ),
  excludedSegmentIds: segmentList(
    'Not for customers who were in one of these segments when the order was placed, whatever else says so.',
  ),
  includesClearance: Type.Boolean({ description: 'Also products in clearance.' }),
  includesGifts: Type.Boolean({
    description: 'Also lines that cost nothing. What a campaign gave away is never paid for.',
  }),
  includesFlashSales: Type.Boolean({
    description:
      'Also lines with a price of a flash sale; and, where net prices are compared, the prices of flash sales.',
  }),
  compareWith: ref(Comparison),
  rateBps: Type.Integer({
    minimum: 0,
    maximum: 10_000,
    description: 'The share of the difference that is paid, in basis points, where no tier says otherwise.',
  }),
  tierBy: orNull({ $ref: `${TierMeasure.$id ?? ''}#` }, 'What the tiers go by; null without tiers.'),
  tiers: Type.Array(ref(PolicyTier), {
    maxItems: 20,
    description: 'Rising; the highest that is reached counts.',
  }),
  soldFrom: nullableInstant('For tiers by units sold: since when they are counted.'),
  soldTo: nullableInstant('For tiers by units sold: until when.'),
  minimumOrderAmount: cap('The order must come to at least this.'),
  placedFrom: nullableInstant('Only orders placed since then.'),
  placedTo: nullableInstant('Only orders placed before then.'),
  minimumDifferenceAmount: Type.Integer({
    minimum: 0,
    maximum: 999_999_999_999_999,
    description: 'A smaller difference per unit is not settled. Minor units.',
  }),
  lineCapAmount: cap('At most this per line, over all its settlements.'),
  orderCapAmount: cap('At most this per order.'),
  customerYearCapAmount: cap('At most this per customer and calendar year.'),
  budgetAmount: cap('At most this by the policy in all.'),
  payoutMethods: Type.Array(ref(PayoutMethodName), {
    minItems: 1,
    maxItems: PAYOUT_METHODS.length,
    uniqueItems: true,
    description: 'How it may be paid.',
  }),
  automaticAmount: Type.Integer({
    minimum: 0,
    maximum: 999_999_999_999_999,
    description: 'Up to this amount a claim is paid without a person. Minor units.',
  }),
} as const;

// Without one for what has to be said.
const DEFAULTS: Record<string, unknown> = { ...RULE_DEFAULTS };
const withDefaults = <T extends TProperties>(properties: T): T =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      name in DEFAULTS ? { ...schema, default: DEFAULTS[name] } : schema,
    ]),
  ) as T;
const allOptional = (properties: TProperties) =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, Type.Optional(schema)]),
  ) as unknown as { [Name in keyof typeof rule]: TOptional<(typeof rule)[Name]> };

const policyName = text('What the shop calls it.', 100);

export const PolicyCreate = inputModel('PriceDifferencePolicyCreate', 'A promise to pay price differences.', {
  name: policyName,
  ...withDefaults(rule),
  // Without a default: OpenAPI 3.0 has no place for one that is null beside a named enum.
  tierBy: Type.Optional(rule.tierBy),
  inForceFrom: Type.Optional(
    instantText('Since when orders are promised it: now when absent, or earlier, never later.'),
  ),
});
export const PolicyUpdate = inputModel(
  'PriceDifferencePolicyUpdate',
  'Changes. They are another version of the promise, for orders from now on.',
  { name: Type.Optional(policyName), ...allOptional(rule) },
);

export const PolicyModel = model('PriceDifferencePolicy', 'A promise to pay price differences.', {
  id: uuid('The policy.'),
  name: policyName,
  ruleVersion: Type.Integer({ description: 'Which version of its rule this is, from 1.' }),
  inForceFrom: instantText('Since when orders are promised this version.'),
  ...rule,
  currency: ref(Currency),
  words: ref(PolicyWords, {
    description: 'The rule in plain words, as customers see it in quote and order.',
  }),
  archivedAt: nullableInstant('Since when no new order is promised it.'),
  version: versionNumber(),
  createdAt: instantText('When it was made.'),
  updatedAt: instantText('When it was last changed.'),
});
export const PolicyPage = pageOf('PriceDifferencePolicyPage', PolicyModel);

const PolicyVersionModel = model('PriceDifferencePolicyVersion', 'What a policy promised, from when on.', {
  ruleVersion: Type.Integer({ description: 'The version, from 1.' }),
  inForceFrom: instantText('Since when orders were promised it.'),
  ...rule,
  words: ref(PolicyWords, { description: 'The rule in plain words, as customers saw it.' }),
  createdAt: instantText('When it was made.'),
});
export const PolicyVersionList = model(
  'PriceDifferencePolicyVersionList',
  'Everything a policy ever promised.',
  {
    data: Type.Array(ref(PolicyVersionModel), { description: 'Newest first.' }),
  },
);

const nullableAmount = (description: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 0, description });
export const PolicyUsageModel = model(
  'PriceDifferencePolicyUsage',
  'What is used up of the limits of a policy’s newest rule. It moves with every claim, without the policy’s version.',
  {
    policyId: uuid('The policy.'),
    currency: ref(Currency),
    budgetAmount: nullableAmount('What the policy pays in all; null for no limit.'),
    budgetUsedAmount: ref(PositiveAmount, {
      description: 'What it has paid or is about to pay of that, while it had a budget.',
    }),
    budgetRemainingAmount: nullableAmount('What is left of the budget; null for no limit.'),
    customerYearCapAmount: nullableAmount('What a customer gets by it in a year; null for no limit.'),
    customerYearUsedAmount: nullableAmount(
      'What the customer that was asked about has got of that in the shop’s year; null when none was.',
    ),
  },
);

export const presentUsage = ({ whole, customerId, used }: PolicyUsage, currency: string) => {
  const { budgetAmount, customerYearCapAmount } = whole.current.rule;
  const budgetUsedAmount = toWire(used.budgetAmount);
  return {
    policyId: whole.policy.id,
    currency,
    budgetAmount,
    budgetUsedAmount,
    budgetRemainingAmount: budgetAmount === null ? null : Math.max(0, budgetAmount - budgetUsedAmount),
    customerYearCapAmount,
    customerYearUsedAmount: customerId === undefined ? null : toWire(used.customerYearAmount),
  };
};

const presentRule = ({ rule: stored }: PolicyVersion) => ({
  ...stored,
  reasons: [...stored.reasons],
  productIds: [...stored.productIds],
  excludedProductIds: [...stored.excludedProductIds],
  categories: [...stored.categories],
  excludedCategories: [...stored.excludedCategories],
  includesFlashSales: coversFlashSales(stored),
  segmentIds: [...segmentsOf(stored).segmentIds],
  excludedSegmentIds: [...segmentsOf(stored).excludedSegmentIds],
  tiers: [...stored.tiers],
  payoutMethods: [...stored.payoutMethods],
});

/** A policy with its newest rule, as it goes out. */
export const presentPolicy = ({ policy, current }: WholePolicy, currency: string) => ({
  id: policy.id,
  name: policy.name,
  ruleVersion: policy.ruleVersion,
  inForceFrom: current.inForceFrom.toISOString(),
  ...presentRule(current),
  currency,
  words: current.words,
  archivedAt: instantOrNull(policy.archivedAt),
  version: policy.version,
  createdAt: policy.createdAt.toISOString(),
  updatedAt: policy.updatedAt.toISOString(),
});

export const presentVersion = (row: PolicyVersion) => ({
  ruleVersion: row.ruleVersion,
  inForceFrom: row.inForceFrom.toISOString(),
  ...presentRule(row),
  words: row.words,
  createdAt: row.createdAt.toISOString(),
});

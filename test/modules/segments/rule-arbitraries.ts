import fc from 'fast-check';
import { RFM_CELLS, RFM_PARTS } from '../../../src/modules/segments/rfm-rules.ts';
import type { RuleGroup, SegmentCondition, SegmentRule } from '../../../src/modules/segments/rule-schemas.ts';

// Few values, so that what is asked for is often there; the edges of days and amounts are among them.
const COUNTRIES = ['DE', 'CN', 'US'];
const LOCALES = ['de', 'de-CH', 'en-US', 'EN', 'zh-Hans-CN'];
const CATEGORIES = ['tea', 'Tea', 'coffee', 'soap', 'Öl', 'a"b'];
const KEYS = ['size', 'tier', "o'clock"];
const TEXTS = ['M', 'L', '', '%'];
const CHANNELS = ['email', 'sms'] as const;
const HOUR = 3_600_000;
export const NOW = new Date('2026-03-29T16:30:00.000Z');

const momentsAgo = [0, 1, 7, 8, 16, 24, 25, 31, 32, 48, 24 * 30, 24 * 31].map(
  (hours) => new Date(NOW.getTime() - hours * HOUR),
);
const moment = fc.oneof(
  fc.constantFrom(...momentsAgo),
  fc.integer({ min: 0, max: 40 * 24 * HOUR }).map((ms) => new Date(NOW.getTime() - ms)),
);
const amount = fc.oneof(fc.constantFrom(0, 1, 999, 1000, 1001), fc.integer({ min: 0, max: 5_000 }));

const some = <T>(values: readonly T[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const listOperator = fc.constantFrom('in' as const, 'not_in' as const);
const numberOperator = fc.constantFrom('at_least' as const, 'at_most' as const, 'equals' as const);
const days = fc.constantFrom(0, 1, 2, 7, 29, 30, 31, 400);

const listed = <const F extends string, T>(field: F, values: readonly T[]) =>
  fc.record({ field: fc.constant(field), operator: listOperator, values: some(values) });
const yesNo = <const F extends string>(field: F) =>
  fc.record({ field: fc.constant(field), value: fc.boolean() });
const numbered = <const F extends string, const N extends string>(
  field: F,
  name: N,
  values: fc.Arbitrary<number>,
) =>
  fc
    .tuple(numberOperator, values)
    .map(([operator, value]) => ({ field, operator, [name]: value }) as unknown as SegmentCondition);
const timed = <const F extends string>(field: F) =>
  fc.record({
    field: fc.constant(field),
    operator: fc.constantFrom('since' as const, 'before' as const),
    at: moment.map((at) => at.toISOString()),
  });
const entry = <const F extends string>(field: F) =>
  fc.record({
    field: fc.constant(field),
    operator: fc.constantFrom('equals' as const, 'not_equals' as const),
    key: fc.constantFrom(...KEYS),
    value: fc.constantFrom(...TEXTS),
  });

/** One condition of any kind; `segmentIds` are segments that can be referred to. */
export const conditionOf = (segmentIds: readonly string[]): fc.Arbitrary<SegmentCondition> =>
  fc.oneof(
    listed('country', COUNTRIES),
    listed('locale', LOCALES),
    yesNo('hasEmail'),
    yesNo('hasMobile'),
    yesNo('hasCompany'),
    fc.record({
      field: fc.constant('consent' as const),
      purpose: fc.constantFrom('marketing' as const, 'profiling' as const),
      channel: fc.constantFrom(...CHANNELS),
      value: fc.constantFrom('granted' as const, 'refused' as const, 'none' as const),
    }),
    timed('registeredAt'),
    timed('firstPurchaseAt'),
    timed('lastPurchaseAt'),
    numbered('daysSinceRegistration', 'days', days),
    numbered('daysSinceFirstPurchase', 'days', days),
    numbered('daysSinceLastPurchase', 'days', days),
    entry('metadata'),
    entry('preference'),
    fc.record({
      field: fc.constant('segment' as const),
      operator: listOperator,
      segmentIds: some(segmentIds),
    }),
    numbered('purchaseCount', 'value', fc.integer({ min: 0, max: 4 })),
    numbered('totalAmount', 'amount', amount),
    numbered('averageAmount', 'amount', amount),
    listed('favouriteCategory', CATEGORIES),
    listed('boughtCategory', CATEGORIES),
    fc.record({
      field: fc.constant('rfmScore' as const),
      part: fc.constantFrom(...RFM_PARTS),
      operator: numberOperator,
      value: fc.integer({ min: 1, max: 5 }),
    }),
    listed('rfmCell', RFM_CELLS),
  ) as fc.Arbitrary<SegmentCondition>;

const match = fc.constantFrom('all' as const, 'any' as const, 'none' as const);

function groupOf(condition: fc.Arbitrary<SegmentCondition>, depth: number): fc.Arbitrary<RuleGroup> {
  const conditions = fc.array(condition, { minLength: 1, maxLength: 3 });
  if (depth === 1) return fc.record({ match, conditions });
  const inner = groupOf(condition, depth - 1);
  return fc.oneof(
    fc.record({ match, conditions }),
    fc.record({ match, conditions, groups: fc.array(inner, { maxLength: 2 }) }),
    fc.record({ match, groups: fc.array(inner, { minLength: 1, maxLength: 2 }) }),
  );
}

/** A rule of up to three levels, in which anything may be asked for, also what excludes itself. */
export const ruleOf = (segmentIds: readonly string[]): fc.Arbitrary<SegmentRule> =>
  groupOf(conditionOf(segmentIds), 3) as fc.Arbitrary<SegmentRule>;

const orNone = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const map = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...TEXTS), { maxKeys: 2 });

/** A customer with everything that rules look at. */
export const factsOf = (segmentIds: readonly string[]) =>
  fc.record({
    country: orNone(fc.constantFrom(...COUNTRIES)),
    locale: orNone(fc.constantFrom(...LOCALES, 'den')),
    company: orNone(fc.constant('Alfreds')),
    kinds: fc.uniqueArray(fc.constantFrom('email', 'mobile', 'landline')),
    decisions: fc.array(
      fc.record({
        purpose: fc.constantFrom('marketing', 'profiling'),
        channel: fc.constantFrom(...CHANNELS),
        decision: fc.constantFrom('granted', 'refused'),
      }),
      { maxLength: 3 },
    ),
    createdAt: moment,
    metadata: map,
    preferences: map,
    segmentIds: fc.uniqueArray(fc.constantFrom(...segmentIds)),
    purchases: fc.array(
      fc.record({
        amount,
        placedAt: moment,
        categories: fc.dictionary(fc.constantFrom(...CATEGORIES), fc.integer({ min: 0, max: 3 }), {
          maxKeys: 4,
        }),
      }),
      { maxLength: 4 },
    ),
  });

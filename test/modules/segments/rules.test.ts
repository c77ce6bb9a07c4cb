import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { dayIn, startOfDay } from '../../../src/platform/days.ts';
import { findRuleFaults } from '../../../src/modules/segments/fault-rules.ts';
import { cellAt, cellOf, placesOf, RFM_CELLS, SCORES } from '../../../src/modules/segments/rfm-rules.ts';
import type { SegmentRule } from '../../../src/modules/segments/rule-schemas.ts';
import { findCycle, levelsOf, shareBps } from '../../../src/modules/segments/rules.ts';
import { fits } from './evaluator.ts';
import { conditionOf, factsOf, NOW } from './rule-arbitraries.ts';

const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const LISTS = ['01890a5d-ac96-774b-bcce-b302099a8057', '01890a5d-ac96-774b-bcce-b302099a8058'];

t.test('a day begins at midnight of the shop, whatever its clocks do', async (t) => {
  const start = (zone: string, day: string) =>
    startOfDay(zone, Date.parse(`${day}T00:00:00Z`) / 86_400_000).toISOString();
  t.equal(start('UTC', '2026-03-29'), '2026-03-29T00:00:00.000Z');
  t.equal(start('Asia/Shanghai', '2026-03-29'), '2026-03-28T16:00:00.000Z');
  t.equal(
    start('Europe/Berlin', '2026-03-29'),
    '2026-03-28T23:00:00.000Z',
    'the clocks change later that day',
  );
  t.equal(start('Europe/Berlin', '2026-03-30'), '2026-03-29T22:00:00.000Z');
  t.equal(start('America/New_York', '2026-11-01'), '2026-11-01T04:00:00.000Z');
  t.equal(
    start('Africa/Cairo', '2026-04-24'),
    '2026-04-23T22:00:00.000Z',
    'midnight is left out: it is 01:00',
  );
  t.equal(start('America/Havana', '2026-11-01'), '2026-11-01T04:00:00.000Z', 'midnight does not come twice');
  t.equal(start('Pacific/Apia', '2011-12-30'), '2011-12-30T10:00:00.000Z', 'a day that was left out');
  const zone = fc.constantFrom(
    'UTC',
    'Asia/Shanghai',
    'Europe/Berlin',
    'America/Havana',
    'Africa/Cairo',
    'Asia/Kathmandu',
  );
  const at = fc.date({ min: new Date('1971-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
  const property = fc.property(zone, at, (timeZone, moment) => {
    const day = dayIn(timeZone, moment);
    const begin = startOfDay(timeZone, day);
    assert.ok(
      begin <= moment && moment < startOfDay(timeZone, day + 1),
      `${timeZone} ${moment.toISOString()}`,
    );
    assert.equal(dayIn(timeZone, begin), day);
    assert.equal(dayIn(timeZone, new Date(begin.getTime() - 1)), day - 1);
  });
  fc.assert(property, RUNS);
});

t.test('every pair of scores has one cell', async (t) => {
  const places = RFM_CELLS.flatMap((cell) => placesOf([cell]));
  t.equal(places.length, 25);
  t.equal(new Set(places).size, 25);
  for (const cell of RFM_CELLS) t.ok(placesOf([cell]).length > 0, `${cell} is somewhere`);
  t.same(placesOf(['champions']), [45, 54, 55]);
  t.equal(cellOf({ recency: 5, frequency: 4, monetary: 5 }), 'champions', '4 and 5 are 5');
  t.equal(cellOf({ recency: 1, frequency: 1, monetary: 2 }), 'lost', '1 and 2 are 2');
  t.equal(cellAt(1, 5), 'cannot_lose');
  t.throws(() => cellAt(6, 1), RangeError);
  t.equal(SCORES.length, 5);
});

t.test('circles of references are found, and everything else is put in levels', async (t) => {
  const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));
  t.same(findCycle(graph({ a: ['a'] }), 'a'), ['a']);
  t.same(findCycle(graph({ a: ['b'], b: ['c'], c: ['a', 'b'] }), 'a'), ['a', 'b', 'c']);
  t.equal(findCycle(graph({ a: ['b', 'c'], b: ['c'], c: [] }), 'a'), undefined);
  t.equal(findCycle(graph({ a: ['b'], b: ['c'], c: ['b'] }), 'a'), undefined, 'a circle elsewhere ends');
  t.same(levelsOf(graph({ a: ['b', 'list'], b: [], c: ['a'], d: [] })), [['b', 'd'], ['a'], ['c']]);
});

t.test('shares are basis points, halves up', async (t) => {
  t.equal(shareBps(1n, 3n), 3333);
  t.equal(shareBps(2n, 3n), 6667);
  t.equal(shareBps(1n, 20_000n), 1);
  t.equal(shareBps(5n, 5n), 10_000);
  t.equal(shareBps(0n, 0n), null);
});

const codesOf = (rule: object) =>
  findRuleFaults(rule as SegmentRule).map(({ pointer, code }) => [pointer, code.replace('segment_', '')]);
const all = (...conditions: object[]) => ({ match: 'all', conditions });
const IMPOSSIBLE: Record<string, object[]> = {
  'another country': [
    { field: 'country', operator: 'in', values: ['DE', 'AT'] },
    { field: 'country', operator: 'in', values: ['CN'] },
  ],
  'a country that is excluded': [
    { field: 'country', operator: 'in', values: ['DE'] },
    { field: 'country', operator: 'not_in', values: ['DE', 'AT'] },
  ],
  'more than at most': [
    { field: 'purchaseCount', operator: 'at_most', value: 3 },
    { field: 'purchaseCount', operator: 'at_least', value: 4 },
  ],
  'with and without': [
    { field: 'hasEmail', value: true },
    { field: 'hasEmail', value: false },
  ],
  'before it was since': [
    { field: 'lastPurchaseAt', operator: 'since', at: '2026-01-01T00:00:00Z' },
    { field: 'lastPurchaseAt', operator: 'before', at: '2026-01-01T01:00:00+01:00' },
  ],
  'the last one before the first': [
    { field: 'firstPurchaseAt', operator: 'since', at: '2026-01-01T00:00:00Z' },
    { field: 'lastPurchaseAt', operator: 'before', at: '2025-01-01T00:00:00Z' },
  ],
  'the last one longer ago than the first': [
    { field: 'daysSinceLastPurchase', operator: 'at_least', days: 30 },
    { field: 'daysSinceFirstPurchase', operator: 'at_most', days: 10 },
  ],
  'nothing bought, and lately': [
    { field: 'purchaseCount', operator: 'equals', value: 0 },
    { field: 'daysSinceLastPurchase', operator: 'at_most', days: 10 },
  ],
  'two decisions': [
    { field: 'consent', purpose: 'marketing', channel: 'email', value: 'granted' },
    { field: 'consent', purpose: 'marketing', channel: 'email', value: 'none' },
  ],
  'two texts under one key': [
    { field: 'metadata', key: 'tier', operator: 'equals', value: 'gold' },
    { field: 'metadata', key: 'tier', operator: 'equals', value: 'tin' },
  ],
  'a cell that the scores do not reach': [
    { field: 'rfmCell', operator: 'in', values: ['champions'] },
    { field: 'rfmScore', part: 'recency', operator: 'at_most', value: 3 },
  ],
  'two languages': [
    { field: 'locale', operator: 'in', values: ['de', 'de-AT'] },
    { field: 'locale', operator: 'in', values: ['fr', 'den'] },
  ],
  'a language without its forms': [
    { field: 'locale', operator: 'not_in', values: ['DE'] },
    { field: 'locale', operator: 'in', values: ['de', 'de-CH'] },
  ],
  'in a segment and not': [
    { field: 'segment', operator: 'in', segmentIds: [LISTS[0]] },
    { field: 'segment', operator: 'not_in', segmentIds: LISTS },
  ],
};

t.test('what nobody can fit is refused where it becomes impossible', async (t) => {
  for (const [name, conditions] of Object.entries(IMPOSSIBLE)) {
    t.same(codesOf(all(...conditions)), [['/rule/conditions/1', 'rule_contradictory']], name);
    t.same(codesOf({ match: 'any', conditions }), [], `${name}: one of both is possible`);
  }
  const hasEmail = { field: 'hasEmail', value: true };
  const nested = {
    match: 'all',
    conditions: [hasEmail],
    groups: [{ match: 'none', conditions: [hasEmail] }],
  };
  t.same(codesOf(nested), [['/rule/groups/0/conditions/0', 'rule_contradictory']], 'over groups');
  const inside = { match: 'any', groups: [all(hasEmail, { ...hasEmail, value: false }), all(hasEmail)] };
  t.same(codesOf(inside), [['/rule/groups/0/conditions/1', 'rule_contradictory']], 'also one way of several');
  const country = { field: 'country', operator: 'in', values: ['DE'] };
  t.same(codesOf(all(country, { ...country, values: ['DE', 'AT'] })), [], 'what overlaps is possible');
  const german = { field: 'locale', operator: 'in', values: ['de'] };
  const swiss = { field: 'locale', operator: 'in', values: ['de-ch'] };
  t.same(codesOf(all(german, swiss)), [], 'a form of the language');
  t.same(codesOf(all(german, { ...swiss, operator: 'not_in' })), [], 'the language without one of its forms');
  const never = { field: 'daysSinceLastPurchase', operator: 'at_least', days: 0 };
  t.same(codesOf({ match: 'none', conditions: [never] }), [], 'whoever bought nothing');
});

t.test('empty and oversized rules are refused', async (t) => {
  t.same(codesOf({ match: 'all' }), [['/rule', 'group_empty']]);
  const hasEmail = { field: 'hasEmail', value: true };
  const hollow = { match: 'any', conditions: [hasEmail], groups: [{ match: 'all', conditions: [] }] };
  t.same(codesOf(hollow), [['/rule/groups/0', 'group_empty']]);
  const wide = { match: 'any', conditions: Array.from({ length: 50 }, () => hasEmail) };
  t.same(codesOf({ match: 'any', groups: [wide, wide] }), []);
  t.same(codesOf({ match: 'any', conditions: [hasEmail], groups: [wide, wide] }), [
    ['/rule', 'rule_too_large'],
  ]);
});

t.test('nobody fits what is called impossible', async (t) => {
  const condition = conditionOf(LISTS);
  const match = fc.constantFrom('all' as const, 'none' as const);
  const inner = fc.record({ match, conditions: fc.array(condition, { minLength: 1, maxLength: 3 }) });
  const rule = fc.record({
    match,
    conditions: fc.array(condition, { minLength: 1, maxLength: 4 }),
    groups: fc.array(inner, { maxLength: 1 }),
  });
  const score = fc.integer({ min: 1, max: 5 });
  const scores = fc.record({ recency: score, frequency: score, monetary: score });
  const customers = fc.array(fc.tuple(factsOf(LISTS), scores), { minLength: 20, maxLength: 20 });
  let impossible = 0;
  const property = fc.property(rule, customers, (given, people) => {
    // Groups inside `none` are one way of several: only what must hold together counts here.
    const faults = findRuleFaults(given).filter(
      ({ pointer }) => given.match === 'all' || !pointer.includes('groups'),
    );
    if (faults.length === 0) return;
    impossible += 1;
    for (const [facts, some] of people) {
      const bought = facts.purchases.some(({ amount }) => amount > 0);
      const known = { ...facts, scores: bought ? some : null };
      assert.equal(
        fits(given, known, { now: NOW, hoursAhead: 8 }),
        false,
        JSON.stringify([given, faults, known]),
      );
    }
  });
  fc.assert(property, RUNS);
  t.ok(impossible > 0, `${impossible} were`);
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { dayIn } from '../../../src/platform/days.ts';
import {
  countMatching,
  evaluateEverybody,
  evaluateRules,
} from '../../../src/modules/segments/evaluate-repository.ts';
import { writeScores } from '../../../src/modules/segments/rfm-repository.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { type Facts, fits } from './evaluator.ts';
import { fillCustomers, fillSegments, type Known } from './facts-fill.ts';
import { factsOf, NOW, ruleOf } from './rule-arbitraries.ts';

// Compiled rules against a second, independent reading of them, over generated customers in a real Postgres: each run has a shop of
// its own with some customers and many rules.

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 15);
const RULES = 20;
const ZONE = { timezone: 'Asia/Shanghai', hoursAhead: 8 };

const app = await startApp(t);
const pool = app.deps.db.$client;
const LISTS = [newId(), newId()];

/** Scores by counting those behind each, one customer at a time. */
function withScores(customers: readonly Known[]): (Known & Facts)[] {
  const figures = customers.map(({ purchases }) => {
    const kept = purchases.filter(({ amount }) => amount > 0);
    const last = Math.max(...kept.map(({ placedAt }) => placedAt.getTime()));
    return { count: kept.length, total: kept.reduce((sum, { amount }) => sum + amount, 0), last };
  });
  const buyers = figures.filter(({ count }) => count > 0);
  const scoreOf = (what: 'count' | 'total' | 'last', own: number) =>
    1 + Math.floor((5 * buyers.filter((one) => one[what] < own).length) / buyers.length);
  return customers.map((customer, i) => {
    const { count, total, last } = figures[i] ?? { count: 0, total: 0, last: 0 };
    const scores = {
      recency: scoreOf('last', last),
      frequency: scoreOf('count', count),
      monetary: scoreOf('total', total),
    };
    return { ...customer, scores: count === 0 ? null : scores };
  });
}

async function membersBySegment(shopId: string): Promise<Map<string, string[]>> {
  const { rows } = await pool.query(
    `select segment_id, array_agg(customer_id::text order by customer_id) as ids from segment_memberships
     where shop_id = $1 and left_at is null and entered_by = 'rule' group by 1`,
    [shopId],
  );
  return new Map(rows.map(({ segment_id: id, ids }) => [id, ids]));
}

t.test('what a rule says in SQL is what it says in words', async (t) => {
  let members = 0;
  let checked = 0;
  const world = fc.record({
    customers: fc.array(factsOf(LISTS), { minLength: 5, maxLength: 25 }),
    rules: fc.array(ruleOf(LISTS), { minLength: RULES, maxLength: RULES }),
  });
  const property = fc.asyncProperty(world, async ({ customers, rules }) => {
    const shop = await app.createShop({ timezone: ZONE.timezone });
    const { shopId } = shop;
    const segments = rules.map((rule) => ({ id: newId(), rule }));
    const known = customers.map((facts) => ({ ...facts, id: newId() }));
    await fillSegments(pool, shopId, [...LISTS.map((id) => ({ id })), ...segments]);
    await fillCustomers(pool, shopId, known);
    const ctx = { ...(await shop.ctx()), now: NOW };
    const terms = { shopId, now: NOW, today: dayIn(ZONE.timezone, NOW), timeZone: ZONE.timezone };
    await inTransaction(ctx, (tx) => writeScores(tx, shopId));
    const all = withScores(known);
    const expected = (rule: (typeof rules)[number]) =>
      all
        .filter((facts) => fits(rule, facts, { now: NOW, hoursAhead: ZONE.hoursAhead }))
        .map(({ id }) => id)
        .toSorted();

    // All customers at once, then each as if something about them had changed, then counted without writing.
    await inTransaction(ctx, (tx) => evaluateEverybody(tx, segments, terms, 3));
    const atOnce = await membersBySegment(shopId);
    await pool.query(`delete from segment_memberships where shop_id = $1 and entered_by = 'rule'`, [shopId]);
    const ids = known.map(({ id }) => id);
    await inTransaction(ctx, (tx) => evaluateRules(tx, segments, { ids }, terms));
    const byId = await membersBySegment(shopId);
    for (const { id, rule } of segments) {
      const words = expected(rule);
      assert.deepEqual(atOnce.get(id) ?? [], words, JSON.stringify(rule));
      assert.deepEqual(byId.get(id) ?? [], words, `by id: ${JSON.stringify(rule)}`);
      members += words.length;
      checked += all.length;
    }
    const [first] = rules;
    assert.ok(first);
    const { count, sample } = await countMatching(app.deps.db, first, 100, terms);
    assert.deepEqual([count, sample], [expected(first).length, expected(first)]);
  });
  await fc.assert(property, { numRuns: RUNS });
  t.ok(members > checked / 10 && members < (checked * 9) / 10, `${members} of ${checked} decisions are yes`);
});

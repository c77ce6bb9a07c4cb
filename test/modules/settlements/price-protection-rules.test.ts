import fc from 'fast-check';
import assert from 'node:assert/strict';
import t from 'tap';
import type { LineFacts } from '../../../src/modules/settlements/difference-rules.ts';
import { createPolicy, updatePolicy, archivePolicy } from '../../../src/modules/settlements/policies.ts';
import { payableTo } from '../../../src/modules/settlements/payees.ts';
import { findPromised } from '../../../src/modules/settlements/policy-repository.ts';
import { type PolicyRule, RULE_DEFAULTS } from '../../../src/modules/settlements/policy-rules.ts';
import { listPromiseVersions } from '../../../src/modules/settlements/price-protection/facts-repository.ts';
import {
  createCapUses,
  decideBatch,
  type PromiseVersion,
  promisedAt,
} from '../../../src/modules/settlements/price-protection/rules.ts';
import { startApp } from '../../support/app.ts';

const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const day = (on: string) => new Date(`${on}T00:00:00Z`);
const rule = (fields: Partial<PolicyRule> = {}): PolicyRule => ({
  ...RULE_DEFAULTS,
  reasons: ['price_drop'],
  windowDays: 30,
  windowFrom: 'paid',
  automaticAmount: 100_000,
  ...fields,
});
const version = (policyId: string, fields: Partial<PolicyRule> = {}): PromiseVersion => ({
  policyId,
  ruleVersion: 1,
  rule: rule(fields),
  inForceFrom: day('2020-01-01'),
  archivedAt: null,
});
const line = (lineId: string, fields: Partial<LineFacts> = {}): LineFacts => ({
  lineId,
  productId: 'p',
  category: null,
  isClearance: false,
  isGift: false,
  isFlashSale: false,
  quantity: 1,
  netAmount: 1_800n,
  returnedQuantity: 0,
  paidNetAmount: 1_800n,
  settledAmount: 0n,
  comparedUnitAmount: 1_500n,
  unitsSold: 0,
  isBusy: false,
  ...fields,
});
const order = (id: string, lines: readonly LineFacts[], fields: object = {}) => ({
  order: {
    id,
    customerId: 'c' as string | null,
    status: 'paid',
    isPaid: true,
    totalAmount: 10_000n,
    placedAt: day('2024-05-01'),
    paidAt: day('2024-05-01'),
    shippedAt: null,
    deliveredAt: null,
    payableBy: payableTo('customerId' in fields ? null : 'c', new Set()),
    memberOf: new Set<string>(),
    ...fields,
  },
  lines,
  usedAmount: 0n,
  isSuspected: false,
});
const terms = (versions: readonly PromiseVersion[], fields: object = {}) => ({
  reason: 'price_drop' as const,
  versions,
  at: day('2024-05-20'),
  startedAt: day('2024-05-20'),
  year: 2024,
  unitsSold: () => 0,
  unitAmountOf: (_rule: unknown, { comparedUnitAmount }: LineFacts) => comparedUnitAmount,
  ...fields,
});
const decide = (orders: Parameters<typeof decideBatch>[0], versions: PromiseVersion[], fields: object = {}) =>
  decideBatch(orders, terms(versions, fields), createCapUses());

t.test('a line waits when any of the promises might pay for it', async (t) => {
  const late = version('a', { windowDays: 3 });
  const busy = decide([order('1', [line('x', { isBusy: true })])], [late, version('b')]);
  t.same(busy.waiting, [{ orderId: '1', lineId: 'x' }]);
  const lines = [line('x', { productId: 'q', isBusy: true }), line('y')];
  const mixed = decide(
    [order('1', lines)],
    [version('a', { productIds: ['p'] }), version('b', { rateBps: 5_000 })],
  );
  t.match(mixed.openings, [{ promise: { policyId: 'a' }, amount: 300n }]);
  t.same(mixed.waiting, [{ orderId: '1', lineId: 'x' }], 'the other promise covers it');
});

t.test('what is refused is told by the promise that came closest', async (t) => {
  const short = version('a', { windowDays: 3 });
  const dearer = [line('x', { comparedUnitAmount: 2_000n })];
  t.same([...decide([order('1', dearer)], [short, version('b')]).refused], [['no_difference', 1]]);
  t.same([...decide([order('1', dearer)], [short]).refused], [['window_over', 1]]);
  t.same([...decide([order('1', dearer)], []).refused], [['reason_not_covered', 1]]);
});

t.test('money along the payments goes before more of it as stored value', async (t) => {
  const value = version('a', { payoutMethods: ['stored_value'] });
  const half = version('b', { rateBps: 5_000 });
  t.match(decide([order('1', [line('x')])], [value, half]).openings, [
    { payoutMethod: 'original_payment', amount: 150n },
  ]);
  const never = version('b', { productIds: ['q'] });
  t.match(decide([order('1', [line('x')])], [value, never]).openings, [
    { payoutMethod: 'stored_value', amount: 300n },
  ]);
  const guest = decide([order('1', [line('x'), line('y')], { customerId: null })], [value]);
  t.same([...guest.refused], [['payout_method_not_available', 2]]);
});

t.test('paid between the fall of the price and the turn of the sweep is in the window', async (t) => {
  const paid = order('1', [line('x')], { paidAt: day('2024-05-21') });
  t.equal(decide([paid], [version('a')], { startedAt: day('2024-05-22') }).openings.length, 1);
  t.same([...decide([paid], [version('a')]).refused], [['window_not_begun', 1]]);
  const old = order('1', [line('x')], { paidAt: day('2024-04-21'), placedAt: day('2024-04-21') });
  t.equal(
    decide([old], [version('a')], { startedAt: day('2024-05-30') }).openings.length,
    1,
    'waiting costs nothing',
  );
});

t.test('caps are used up by one order after the other, and every line is accounted for', async () => {
  const anyLine = fc.record({ price: fc.integer({ min: 0, max: 3_000 }), isBusy: fc.boolean() });
  const anyOrder = fc.record({
    lines: fc.array(anyLine, { maxLength: 4 }),
    customer: fc.constantFrom('c', 'd', null),
  });
  const caps = fc.record({
    budgetAmount: fc.option(fc.integer({ min: 1, max: 3_000 })),
    customerYearCapAmount: fc.option(fc.integer({ min: 1, max: 2_000 })),
    orderCapAmount: fc.option(fc.integer({ min: 1, max: 1_000 })),
    automaticAmount: fc.integer({ min: 0, max: 2_000 }),
  });
  fc.assert(
    fc.property(fc.array(anyOrder, { maxLength: 12 }), caps, (made, capped) => {
      const orders = made.map(({ lines, customer }, i) =>
        order(
          `${i}`,
          lines.map(({ price, isBusy }, at) =>
            line(`${i}.${at}`, { comparedUnitAmount: BigInt(price), isBusy }),
          ),
          { customerId: customer },
        ),
      );
      const decision = decide(orders, [version('a', capped)]);
      const sumOf = (customer?: string) =>
        decision.openings
          .filter((opening) => customer === undefined || opening.order.customerId === customer)
          .reduce((sum, { amount }) => sum + Number(amount), 0);
      assert.ok(sumOf() <= (capped.budgetAmount ?? Infinity));
      for (const customer of ['c', 'd'])
        assert.ok(sumOf(customer) <= (capped.customerYearCapAmount ?? Infinity));
      for (const { amount } of decision.openings)
        assert.ok(Number(amount) <= (capped.orderCapAmount ?? Infinity));
      for (const { amount, isAccepted } of decision.openings)
        assert.equal(isAccepted, Number(amount) <= capped.automaticAmount);
      const opened = decision.openings.reduce((sum, { lines }) => sum + lines.length, 0);
      const refused = [...decision.refused.values()].reduce((sum, count) => sum + count, 0);
      assert.equal(opened + refused + decision.waiting.length, decision.foundLineCount);
      const taken = decision.takes
        .filter(({ year }) => year === 0)
        .reduce((sum, { amount }) => sum + Number(amount), 0);
      assert.equal(taken, capped.budgetAmount === null ? 0 : sumOf());
    }),
    RUNS,
  );
});

t.test('what an order was promised is the same in memory as in the database', async (t) => {
  const app = await startApp(t);
  const ctx = await app.ctx();
  const days = ['2024-01-01', '2024-02-01', '2024-03-01', '2024-04-01', '2024-05-01'].map(day);
  for (const [i, from] of days.entries()) {
    const at = { ...ctx, now: from };
    const { policy } = await createPolicy(at, {
      ...rule(),
      name: `${i}`,
      ...(i === 2 ? { inForceFrom: '2020-01-01T00:00:00Z' } : {}),
    });
    if (i % 2 === 0)
      await updatePolicy({ ...ctx, now: day('2024-03-15') > from ? day('2024-03-15') : from }, policy.id, {
        windowDays: 60,
      });
    if (i === 1) await archivePolicy({ ...ctx, now: day('2024-03-20') }, policy.id);
  }
  const versions = await listPromiseVersions(ctx.db, app.shopId);
  for (const at of [
    ...days,
    ...days.map((on) => new Date(on.getTime() + 20 * 86_400_000)),
    day('2020-01-01'),
    day('2019-01-01'),
  ]) {
    const fromDatabase = (await findPromised(ctx.db, app.shopId, at)).map(({ policyId, ruleVersion }) => [
      policyId,
      ruleVersion,
    ]);
    t.same(
      promisedAt(versions, at).map(({ policyId, ruleVersion }) => [policyId, ruleVersion]),
      fromDatabase,
      at.toISOString(),
    );
  }
});

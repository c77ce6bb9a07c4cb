import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  decideClaim,
  type LineFacts,
  type OrderFacts,
  type UsedCaps,
} from '../../../src/modules/settlements/difference-rules.ts';
import {
  decideRateBps,
  findRuleFaults,
  PAYOUT_METHODS,
  type PolicyRule,
  RULE_DEFAULTS,
} from '../../../src/modules/settlements/policy-rules.ts';
import { explainLine } from '../../../src/modules/settlements/refusal-words-rules.ts';
import { describePolicy, moneyText } from '../../../src/modules/settlements/words-rules.ts';
import { after, DAY_MS } from '../../../src/platform/time.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300) };
const placedAt = new Date('2026-05-01T12:00:00Z');
const RULE: PolicyRule = { ...RULE_DEFAULTS, reasons: ['price_drop'], windowDays: 30, windowFrom: 'paid' };
const ORDER: OrderFacts = {
  status: 'paid',
  isPaid: true,
  totalAmount: 3_600n,
  placedAt,
  paidAt: placedAt,
  shippedAt: null,
  deliveredAt: null,
  payableBy: PAYOUT_METHODS,
  memberOf: new Set(),
};
const LINE: LineFacts = {
  lineId: 'line',
  productId: 'chai',
  category: 'Beverages',
  isClearance: false,
  isGift: false,
  isFlashSale: false,
  quantity: 2,
  netAmount: 3_600n,
  returnedQuantity: 0,
  paidNetAmount: 3_600n,
  settledAmount: 0n,
  comparedUnitAmount: 1_500n,
  unitsSold: 0,
  isBusy: false,
};
const UNUSED: UsedCaps = { orderAmount: 0n, customerYearAmount: 0n, budgetAmount: 0n };
const soon = after(placedAt, 10 * DAY_MS);

interface Case {
  readonly rule?: Partial<PolicyRule>;
  readonly order?: Partial<OrderFacts>;
  readonly lines?: readonly Partial<LineFacts>[];
  readonly used?: Partial<UsedCaps>;
  readonly now?: Date;
}
const claim = ({ rule, order, lines = [{}], used, now = soon }: Case) =>
  decideClaim(
    { ...RULE, ...rule },
    'price_drop',
    { ...ORDER, ...order },
    lines.map((line) => ({ ...LINE, ...line })),
    { ...UNUSED, ...used },
    now,
  );
const only = (one: Case) => claim(one).lines[0];

t.test('the worked numbers', async (t) => {
  t.equal(claim({}).amount, 600n);
  t.equal(
    claim({ lines: [{ settledAmount: 400n }] }).amount,
    200n,
    'a second drop pays what goes beyond the first',
  );
  t.equal(claim({ rule: { rateBps: 5_000 } }).amount, 300n);
  t.equal(claim({ lines: [{ returnedQuantity: 1, paidNetAmount: 1_800n }] }).amount, 300n);
  t.same(explainLine(only({ lines: [{ settledAmount: 400n }] })!, 'USD'), {
    en: 'Paid $36.00 − 2 × $15.00 = $6.00; settled before $4.00; paid now $2.00',
    zh: '实付 US$36.00 − 2 × US$15.00 = US$6.00; 已补 US$4.00; 本次补 US$2.00',
  });
});

t.test('every refusal', async (t) => {
  const cases: Record<string, Case> = {
    reason_not_covered: { rule: { reasons: ['price_error'] } },
    order_not_paid: { order: { isPaid: false, paidAt: null } },
    order_cancelled: { order: { status: 'cancelled' } },
    order_out_of_range: { rule: { placedFrom: '2026-05-02T00:00:00Z' } },
    below_minimum_order: { rule: { minimumOrderAmount: 3_601 } },
    window_not_begun: { rule: { windowFrom: 'delivered' } },
    window_over: { now: after(placedAt, 30 * DAY_MS) },
    product_not_covered: { rule: { categories: ['Seafood'] } },
    gift: { lines: [{ netAmount: 0n, paidNetAmount: 0n, comparedUnitAmount: 0n }] },
    flash_sale: { rule: { includesFlashSales: false }, lines: [{ isFlashSale: true }] },
    clearance: { lines: [{ isClearance: true }] },
    no_difference: { lines: [{ comparedUnitAmount: 1_800n }] },
    tier_not_reached: { rule: { rateBps: 0, tierBy: 'quantity', tiers: [{ from: 3, rateBps: 1 }] } },
    below_minimum_difference: { rule: { minimumDifferenceAmount: 301 } },
    already_settled: { lines: [{ settledAmount: 600n }] },
    line_busy: { lines: [{ isBusy: true }] },
    cap_used_up: { rule: { lineCapAmount: 100 }, lines: [{ settledAmount: 100n }] },
  };
  for (const [refusal, one] of Object.entries(cases)) t.match(only(one), { refusal, amount: 0n }, refusal);
  t.equal(
    only({ rule: { placedTo: '2026-05-01T12:00:00.001Z' } })?.refusal,
    null,
    'the range is open at its end',
  );
  t.equal(
    only({ now: new Date(after(placedAt, 30 * DAY_MS).getTime() - 1) })?.refusal,
    null,
    'the last moment',
  );
  t.equal(only({ rule: { includesClearance: true }, lines: [{ isClearance: true }] })?.amount, 600n);
  t.equal(only({ rule: { includesFlashSales: true }, lines: [{ isFlashSale: true }] })?.amount, 600n);
  t.equal(only({ rule: { includesGifts: true }, lines: [{ isGift: true }] })?.refusal, 'gift');
  t.equal(
    only({ rule: { productIds: ['chai'], excludedProductIds: ['chai'] } })?.refusal,
    'product_not_covered',
  );
  t.equal(
    only({ rule: { productIds: ['x'], categories: ['Beverages'] } })?.amount,
    600n,
    'one of both is enough',
  );
});

t.test('every cap bites and is named', async (t) => {
  const two = [{ lineId: 'a' }, { lineId: 'b', netAmount: 3_300n, paidNetAmount: 3_300n }];
  t.match(only({ rule: { lineCapAmount: 450 } }), { amount: 450n, cap: 'line' });
  t.same(
    claim({ rule: { orderCapAmount: 300 }, lines: two }).lines.map(({ amount, cap }) => [amount, cap]),
    [
      [200n, 'order'],
      [100n, 'order'],
    ],
  );
  t.match(only({ rule: { customerYearCapAmount: 500 }, used: { customerYearAmount: 100n } }), {
    amount: 400n,
    cap: 'customer_year',
  });
  t.match(
    only({ rule: { budgetAmount: 500, orderCapAmount: 400 } }),
    { amount: 400n, cap: 'order' },
    'the smallest',
  );
  t.match(only({ rule: { budgetAmount: 500 }, used: { budgetAmount: 500n } }), {
    refusal: 'cap_used_up',
    cap: 'budget',
  });
});

t.test('tiers', async (t) => {
  const tiers = [
    { from: 10, rateBps: 5_000 },
    { from: 100, rateBps: 8_000 },
  ];
  const facts = { unitAmount: 99n, quantity: 9, orderAmount: 100n, unitsSold: 1_000 };
  t.equal(decideRateBps({ ...RULE, rateBps: 1_000, tierBy: 'unit_price', tiers }, facts), 5_000);
  t.equal(decideRateBps({ ...RULE, rateBps: 1_000, tierBy: 'quantity', tiers }, facts), 1_000);
  t.equal(decideRateBps({ ...RULE, rateBps: 1_000, tierBy: 'order_total', tiers }, facts), 8_000);
  t.equal(decideRateBps({ ...RULE, rateBps: 1_000, tierBy: 'units_sold', tiers }, facts), 8_000);
});

t.test('faults of a rule', async (t) => {
  const faults = (rule: Partial<PolicyRule>) =>
    findRuleFaults({ ...RULE, ...rule }).map(({ pointer }) => pointer);
  const tier = { from: 1, rateBps: 1 };
  t.same(faults({}), []);
  t.same(faults({ tiers: [tier] }), ['/tierBy']);
  t.same(faults({ tierBy: 'quantity' }), ['/tiers']);
  t.same(faults({ tierBy: 'quantity', tiers: [tier, tier] }), ['/tiers/1/from']);
  t.same(faults({ tierBy: 'units_sold', tiers: [tier] }), ['/soldFrom']);
  t.same(faults({ soldFrom: '2026-01-01T00:00:00Z' }), ['/soldFrom']);
  t.same(faults({ placedFrom: '2026-01-02T00:00:00Z', placedTo: '2026-01-01T00:00:00Z' }), ['/placedTo']);
});

const amount = fc.bigInt(0n, 10n ** 9n);
const limit = fc.option(fc.integer({ min: 1, max: 10 ** 9 }));
const anyLine = fc
  .record({
    quantity: fc.integer({ min: 1, max: 50 }),
    netAmount: amount,
    comparedUnitAmount: fc.bigInt(0n, 10n ** 7n),
    returned: fc.nat(50),
    settled: fc.nat(10_000),
  })
  .map(({ returned, settled, ...line }) => {
    const returnedQuantity = returned % (line.quantity + 1);
    const gone = (line.netAmount * BigInt(returnedQuantity)) / BigInt(line.quantity);
    const paidNetAmount = line.netAmount - gone;
    const settledAmount = (paidNetAmount * BigInt(settled)) / 10_000n;
    return { ...LINE, ...line, returnedQuantity, paidNetAmount, settledAmount };
  });
const anyRule = fc.record({
  rateBps: fc.nat(10_000),
  lineCapAmount: limit,
  orderCapAmount: limit,
  customerYearCapAmount: limit,
  budgetAmount: limit,
  minimumDifferenceAmount: fc.nat(1_000),
  includesGifts: fc.boolean(),
});

t.test('never more than was paid, never beyond a cap, and the lines are the whole', async () => {
  fc.assert(
    fc.property(
      anyRule,
      fc.array(anyLine, { minLength: 1, maxLength: 8 }),
      amount,
      (rule, lines, budgetUsed) => {
        const decided = claim({ rule, lines, used: { budgetAmount: budgetUsed } });
        for (const [index, line] of decided.lines.entries()) {
          assert.ok(line.amount >= 0n && line.amount + line.settledAmount <= line.paidNetAmount, 'paid net');
          if (rule.lineCapAmount !== null && line.amount > 0n)
            assert.ok(line.amount + line.settledAmount <= BigInt(rule.lineCapAmount), 'cap of the line');
          assert.equal(line.amount === 0n, line.refusal !== null, 'nothing is refused silently');
          assert.equal(line.paidNetAmount, lines[index]?.paidNetAmount);
        }
        assert.equal(
          decided.lines.reduce((sum, line) => sum + line.amount, 0n),
          decided.amount,
        );
        if (rule.orderCapAmount !== null) assert.ok(decided.amount <= BigInt(rule.orderCapAmount));
        if (rule.budgetAmount !== null && decided.amount > 0n)
          assert.ok(decided.amount + budgetUsed <= BigInt(rule.budgetAmount));
      },
    ),
    runs,
  );
});

t.test('drops one after the other pay what one drop pays', async () => {
  const prices = fc.array(fc.bigInt(0n, 2_000n), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(prices, fc.integer({ min: 1, max: 9 }), fc.nat(10_000), (given, quantity, rateBps) => {
      const falling = given.toSorted((a, b) => Number(b - a));
      const netAmount = 1_800n * BigInt(quantity);
      const line = { quantity, netAmount, paidNetAmount: netAmount };
      let settledAmount = 0n;
      for (const comparedUnitAmount of falling)
        settledAmount += claim({
          rule: { rateBps },
          lines: [{ ...line, comparedUnitAmount, settledAmount }],
        }).amount;
      const last = { ...line, comparedUnitAmount: falling.at(-1) ?? 0n };
      assert.equal(settledAmount, claim({ rule: { rateBps }, lines: [last] }).amount);
    }),
    runs,
  );
});

t.test('the words say what the rule says', async (t) => {
  t.same(
    describePolicy(
      { ...RULE, lineCapAmount: 5_000, payoutMethods: ['original_payment', 'stored_value'] },
      'USD',
    ),
    {
      en:
        'If the price falls within 30 days of payment, we pay back 100 % of the difference between what you paid and our list ' +
        'price. At most $50.00 per line. Clearance is left out. Gifts are left out. What was bought in a flash sale is left out. Paid by the way you paid or stored value.',
      zh: '付款后30天内如商品降价，按实付与本店标价之差的100 %补差。每行最多US$50.00。清仓商品除外。赠品除外。限时抢购购买的商品除外。支付方式：原路退回或储值余额。',
    },
  );
  t.equal(moneyText(123_456_789_012_345n, 'USD', 'en'), '$1,234,567,890,123.45');
  t.equal(moneyText(-5n, 'EUR', 'en'), '-€0.05');
  t.equal(moneyText(1_234n, 'JPY', 'en'), '¥1,234');
  t.equal(moneyText(1_234n, 'KWD', 'en').replaceAll(/\s/g, ' '), 'KWD 1.234');
});

import fc from 'fast-check';
import t from 'tap';
import { decideEarning, type EarningLine } from '../../../src/modules/loyalty/earning-rules.ts';
import { sumOf } from '../../../src/platform/money.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const NO_LIMITS = { perOrder: null, leftInPeriod: null };
const ONE_FOR_ONE = { points: 1, perAmount: 100n };
const lineOf = (netAmount: bigint, more: Partial<EarningLine> = {}): EarningLine => ({
  netAmount,
  quantity: 1,
  earns: true,
  pointsPerUnit: 0,
  ...more,
});

t.test('rounded down once, for the whole order', async (t) => {
  const earned = decideEarning([lineOf(1_999n)], ONE_FOR_ONE, [15_000], NO_LIMITS);
  t.same(earned, { points: 29n, shares: [29n], cappedBy: null });
  const two = decideEarning([lineOf(99n), lineOf(99n)], ONE_FOR_ONE, [], NO_LIMITS);
  t.same(two, { points: 1n, shares: [1n, 0n], cappedBy: null }, 'and not for each line');
  t.same(decideEarning([], ONE_FOR_ONE, [], NO_LIMITS).points, 0n);
});

t.test('products, and what earns nothing', async (t) => {
  const lines = [lineOf(1_000n, { pointsPerUnit: 5, quantity: 2 }), lineOf(1_000n, { earns: false })];
  t.same(decideEarning(lines, ONE_FOR_ONE, [20_000], NO_LIMITS).shares, [30n, 0n]);
});

t.test('limits', async (t) => {
  const lines = [lineOf(6_000n), lineOf(3_000n)];
  const by = (perOrder: bigint | null, leftInPeriod: bigint | null) =>
    decideEarning(lines, ONE_FOR_ONE, [], { perOrder, leftInPeriod });
  t.same(by(30n, null), { points: 30n, shares: [20n, 10n], cappedBy: 'order' });
  t.same(by(30n, 3n), { points: 3n, shares: [2n, 1n], cappedBy: 'period' });
  t.same(by(null, 0n), { points: 0n, shares: [0n, 0n], cappedBy: 'period' });
  t.same(by(90n, 90n).cappedBy, null);
});

t.test('shares sum to the points, none is negative, and more is never less', async () => {
  const line = fc.record({
    netAmount: fc.bigInt({ min: 0n, max: 1_000_000n }),
    quantity: fc.integer({ min: 1, max: 9 }),
    earns: fc.boolean(),
    pointsPerUnit: fc.integer({ min: 0, max: 20 }),
  });
  const limit = fc.option(fc.bigInt({ min: 0n, max: 2_000n }));
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 6 }),
      fc.array(fc.integer({ min: 10_000, max: 50_000 }), { maxLength: 3 }),
      limit,
      limit,
      (lines, multipliers, perOrder, leftInPeriod) => {
        const limits = { perOrder, leftInPeriod };
        const { points, shares } = decideEarning(lines, ONE_FOR_ONE, multipliers, limits);
        const more = decideEarning([...lines, lineOf(500n)], ONE_FOR_ONE, multipliers, limits);
        return (
          sumOf(shares) === points &&
          shares.every((share) => share >= 0n) &&
          shares.length === lines.length &&
          more.points >= points &&
          (perOrder === null || points <= perOrder) &&
          (leftInPeriod === null || points <= leftInPeriod)
        );
      },
    ),
    runs,
  );
});

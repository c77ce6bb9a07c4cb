import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import {
  damp,
  EMPTY_TALLY,
  type Fraction,
  scoreCarrier,
  sumTallies,
  type Tally,
} from '../../../src/modules/shipping/scores/rules.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 300);
const WEIGHTS = { onTime: 35, speed: 15, safety: 25, rating: 15, cost: 10 };
const mean = (sum: number, count: number) => ({ sum: BigInt(sum), count: BigInt(count) });
const score = (own: Tally, others: readonly Tally[], prior = 20) =>
  scoreCarrier(own, sumTallies([own, ...others]), prior, WEIGHTS).scoreBps;

t.test('worked', async (t) => {
  // Three parcels, all on time, in a shop with 80 %: (3 + 20 × 0.8) / 23.
  const { numerator, denominator } = damp(mean(3, 3), mean(80, 100), 20) as Fraction;
  t.equal(Number(numerator) / Number(denominator), 19 / 23);
  t.equal(damp(mean(0, 0), mean(0, 0), 20), undefined);
  const steady: Tally = {
    ...EMPTY_TALLY,
    parcelCount: 100,
    promisedCount: 100,
    onTimeCount: 90,
    deliveredCount: 100,
    transitDaysSum: 400,
    endedCount: 100,
    ratingCount: 10,
    ratingSum: 40,
    costedCount: 100,
    costSumAmount: 50_000n,
  };
  const alone = scoreCarrier(steady, steady, 20, WEIGHTS);
  t.same(alone, {
    onTimeBps: 9_000,
    transitCentidays: 400,
    spoiledBps: 0,
    ratingCentistars: 400,
    costAmount: 500n,
    // 35 × 0.9 + 15 × 0.5 + 25 + 15 × 0.75 + 10 × 0.5 of 100.
    scoreBps: 8_025,
  });
  const three: Tally = { ...EMPTY_TALLY, parcelCount: 3, promisedCount: 3, onTimeCount: 3 };
  const shop = sumTallies([steady, three]);
  const [newcomer, known] = [three, steady].map((own) => scoreCarrier(own, shop, 20, WEIGHTS).onTimeBps ?? 0);
  t.ok((newcomer ?? 0) < 9_300, `three parcels come to ${newcomer}, ninety of a hundred to ${known}`);
  t.equal(scoreCarrier(EMPTY_TALLY, EMPTY_TALLY, 20, WEIGHTS).scoreBps, null);
});

const count = (max = 60) => fc.integer({ min: 0, max });
const anyMean = fc.tuple(count(), count(500)).map(([n, extra]) => ({ count: n, sum: n === 0 ? 0 : extra }));

t.test('the damped value lies between the own mean and the prior one', async () => {
  fc.assert(
    fc.property(anyMean, anyMean, fc.integer({ min: 1, max: 200 }), (own, others, prior) => {
      const shop = { count: own.count + others.count, sum: own.sum + others.sum };
      const damped = damp(mean(own.sum, own.count), mean(shop.sum, shop.count), prior);
      if (shop.count === 0) return assert.equal(damped, undefined);
      assert.ok(damped);
      const { numerator: n, denominator: d } = damped;
      // a/b against n/d without a division.
      const compare = (sum: number, of: number) => Number(BigInt(sum) * d - n * BigInt(of));
      const toPrior = compare(shop.sum, shop.count);
      if (own.count === 0) return assert.equal(toPrior, 0);
      const toOwn = compare(own.sum, own.count);
      assert.ok(toOwn * toPrior <= 0, `own ${toOwn}, prior ${toPrior}`);
    }),
    { numRuns },
  );
});

/** Parcels one by one, so that a tally is always one that could be. */
interface Case {
  readonly isLate: boolean;
  readonly days: number;
  readonly fate: 'well' | 'damaged' | 'lost';
  readonly rating: number | null;
  readonly cost: number | null;
}
const tallyOf = (cases: readonly Case[]): Tally => {
  const delivered = cases.filter(({ fate }) => fate !== 'lost');
  const rated = delivered.flatMap(({ rating }) => rating ?? []);
  const costs = cases.flatMap(({ cost }) => cost ?? []);
  const lostCount = cases.length - delivered.length;
  const damagedCount = cases.filter(({ fate }) => fate === 'damaged').length;
  return {
    parcelCount: cases.length,
    promisedCount: cases.length,
    onTimeCount: delivered.filter(({ isLate }) => !isLate).length,
    deliveredCount: delivered.length,
    transitDaysSum: delivered.reduce((sum, { days }) => sum + days, 0),
    endedCount: cases.length,
    lostCount,
    damagedCount,
    spoiledCount: lostCount + damagedCount,
    ratingCount: rated.length,
    ratingSum: rated.reduce((sum, rating) => sum + rating, 0),
    costedCount: costs.length,
    costSumAmount: BigInt(costs.reduce((sum, cost) => sum + cost, 0)),
  };
};
const anyCase: fc.Arbitrary<Case> = fc.record({
  isLate: fc.boolean(),
  days: count(30),
  fate: fc.constantFrom('well', 'well', 'well', 'damaged', 'lost'),
  rating: fc.option(fc.integer({ min: 1, max: 5 })),
  cost: fc.option(count(2_000)),
});
const anyCases = fc.array(anyCase, { maxLength: 25 });

t.test('another good parcel never lowers a score, although it moves the mean of the shop', async () => {
  fc.assert(
    fc.property(
      anyCases,
      anyCases,
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      (own, others, prior, rated) => {
        const [mine, theirs] = [tallyOf(own), tallyOf(others)];
        const all = sumTallies([mine, theirs]);
        const before = score(mine, [theirs], prior);
        // As quick and as cheap as the better of the carrier's own mean and the shop's, rounded down.
        const least = (sum: bigint | number, n: number, sums: bigint | number, ns: number) =>
          Math.floor(Math.min(n === 0 ? Infinity : Number(sum) / n, ns === 0 ? 0 : Number(sums) / ns));
        const good: Case = {
          isLate: false,
          days: least(mine.transitDaysSum, mine.deliveredCount, all.transitDaysSum, all.deliveredCount),
          fate: 'well',
          rating: rated && all.ratingCount > 0 ? 5 : null,
          cost:
            all.costedCount === 0
              ? null
              : least(mine.costSumAmount, mine.costedCount, all.costSumAmount, all.costedCount),
        };
        if (before === null) return;
        const after = score(tallyOf([...own, good]), [theirs], prior);
        assert.ok(after !== null && after >= before, `${before} became ${after}`);
      },
    ),
    { numRuns },
  );
});

t.test('a score is 0 to 10,000, and a bad parcel never raises being on time or safety', async () => {
  fc.assert(
    fc.property(anyCases, anyCases, (own, others) => {
      const [mine, theirs] = [tallyOf(own), tallyOf(others)];
      const before = scoreCarrier(mine, sumTallies([mine, theirs]), 20, WEIGHTS);
      if (before.scoreBps !== null) assert.ok(before.scoreBps >= 0 && before.scoreBps <= 10_000);
      const lost: Case = { isLate: true, days: 0, fate: 'lost', rating: null, cost: null };
      const worse = tallyOf([...own, lost]);
      const after = scoreCarrier(worse, sumTallies([worse, theirs]), 20, WEIGHTS);
      assert.ok((after.onTimeBps ?? 0) <= (before.onTimeBps ?? 10_000));
      assert.ok((after.spoiledBps ?? 10_000) >= (before.spoiledBps ?? 0));
    }),
    { numRuns },
  );
});

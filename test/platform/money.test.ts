import fc from 'fast-check';
import t from 'tap';
import {
  divideRounded,
  includedTax,
  maxOf,
  minOf,
  shareOf,
  splitByLargestRemainder,
  sumOf,
} from '../../src/platform/money.ts';

const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const amount = fc.bigInt(-(10n ** 15n), 10n ** 15n);
const weight = fc.oneof(fc.bigInt(0n, 10n), fc.bigInt(0n, 10n ** 15n));
const weights = fc.array(weight, { minLength: 1, maxLength: 30 });
const abs = (value: bigint) => (value < 0n ? -value : value);
const signOf = (value: bigint) => (value < 0n ? -1n : 1n);

t.test('a split sums exactly, and no share is a whole unit off', async (t) => {
  t.same(splitByLargestRemainder(1000n, [1n, 1n, 1n]), [334n, 333n, 333n]);
  t.same(splitByLargestRemainder(-1000n, [1n, 1n, 1n]), [-334n, -333n, -333n]);
  t.same(splitByLargestRemainder(5n, [0n, 0n]), [3n, 2n], 'without weights, evenly');
  t.same(splitByLargestRemainder(0n, [3n, 0n]), [0n, 0n]);
  t.throws(() => splitByLargestRemainder(1n, []), RangeError);
  t.throws(() => splitByLargestRemainder(1n, [2n, -1n]), RangeError);
  fc.assert(
    fc.property(amount, weights, (total, over) => {
      const shares = splitByLargestRemainder(total, over);
      const all = sumOf(over);
      const used = all === 0n ? over.map(() => 1n) : over;
      const whole = all === 0n ? BigInt(over.length) : all;
      return (
        shares.length === over.length &&
        sumOf(shares) === total &&
        // |share − total × weight / whole| < 1, without a division.
        shares.every((share, i) => abs(share * whole - total * (used[i] ?? 0n)) < whole) &&
        shares.every((share) => share === 0n || signOf(share) === signOf(total))
      );
    }),
    RUNS,
  );
});

t.test('the largest remainders get what is left, of equal ones the earlier', async () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 12n), weights, (total, over) => {
      const whole = sumOf(over);
      if (whole === 0n) return true;
      const shares = splitByLargestRemainder(total, over);
      const lines = over.map((one, i) => ({
        isRaised: (shares[i] ?? 0n) > (total * one) / whole,
        remainder: (total * one) % whole,
        i,
      }));
      return lines
        .filter((line) => line.isRaised)
        .every((raised) =>
          lines
            .filter((line) => !line.isRaised)
            .every(
              (other) =>
                raised.remainder > other.remainder ||
                (raised.remainder === other.remainder && raised.i < other.i),
            ),
        );
    }),
    RUNS,
  );
  fc.assert(
    fc.property(amount, weights, (total, over) => {
      const [positive, negative] = [total, -total].map((one) => splitByLargestRemainder(one, over));
      return positive?.every((share, i) => share === -(negative?.[i] ?? 1n)) === true;
    }),
    RUNS,
  );
});

t.test('division rounds halves away from zero', async (t) => {
  const halves: [bigint, bigint, bigint][] = [
    [5n, 2n, 3n],
    [-5n, 2n, -3n],
    [5n, -2n, -3n],
    [-5n, -2n, 3n],
    [4n, 3n, 1n],
    [-1n, 3n, 0n],
    [0n, -7n, 0n],
  ];
  for (const [n, d, expected] of halves) t.equal(divideRounded(n, d), expected, `${n} / ${d}`);
  t.throws(() => divideRounded(1n, 0n), RangeError);
  const divisor = fc.bigInt(-(10n ** 9n), 10n ** 9n).filter((d) => d !== 0n);
  // By tenths: every half comes up, not only by chance.
  const near = fc.tuple(amount, divisor, fc.boolean()).map(([n, d, half]) => (half ? (n * d) / 2n : n));
  fc.assert(
    fc.property(near, divisor, (n, d) => {
      const rounded = divideRounded(n, d);
      const [error, size] = [2n * abs(n - rounded * d), abs(d)];
      // As near as can be; at the same distance, the one farther from zero.
      return error < size || (error === size && abs(rounded * d) > abs(n));
    }),
    RUNS,
  );
});

t.test('shares and included tax', async (t) => {
  t.equal(shareOf(999n, 2500), 250n);
  t.equal(shareOf(-999n, 2500), -250n);
  t.equal(includedTax(1190n, 1900), 190n);
  t.equal(includedTax(300n, 1900), 48n);
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 15n), fc.integer({ min: 0, max: 10_000 }), (gross, rateBps) => {
      const tax = includedTax(gross, rateBps);
      const net = gross - tax;
      // The tax on the net amount is the tax, to half a unit of rounding.
      const exact = net * BigInt(rateBps);
      return tax >= 0n && tax <= gross && 2n * abs(tax * 10_000n - exact) <= 10_000n + BigInt(rateBps);
    }),
    RUNS,
  );
  t.equal(sumOf([]), 0n);
  t.equal(sumOf([1n, -3n]), -2n);
  t.same([minOf(1n, 2n), minOf(2n, 1n), maxOf(1n, 2n), maxOf(2n, 1n)], [1n, 1n, 2n, 2n]);
});

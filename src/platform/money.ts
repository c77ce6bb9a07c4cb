/** Money is a bigint of minor units; rates are basis points (1 bps = 0.01 %). Nothing here touches a float. */

/** The largest amount the API takes or returns: 9,999,999,999,999.99 in a currency with two decimals. */
export const MAX_AMOUNT = 999_999_999_999_999n;

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** `numerator / denominator`, halves rounded away from zero: 5/2 = 3, -5/2 = -3. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new RangeError('division by zero');
  const negative = numerator < 0n !== denominator < 0n;
  const [n, d] = [abs(numerator), abs(denominator)];
  const quotient = (n * 2n + d) / (d * 2n);
  return negative ? -quotient : quotient;
}

/** `rateBps` of `amount`: 2,500 bps of 999 is 249.75, so 250. */
export const shareOf = (amount: bigint, rateBps: number): bigint =>
  divideRounded(amount * BigInt(rateBps), 10_000n);

/** The tax contained in an amount that includes it: 1190 at 19 % contains 190. */
export const includedTax = (amount: bigint, taxRateBps: number): bigint =>
  divideRounded(amount * BigInt(taxRateBps), 10_000n + BigInt(taxRateBps));

/**
 * Splits `amount` over `weights` by largest remainder (Hamilton's method); ties go to the earlier share.
 * The shares always sum to `amount`. 1000 over [1, 1, 1] is [334, 333, 333].
 * With only zero weights the amount is split evenly. Weights must not be negative.
 */
export function splitByLargestRemainder(amount: bigint, weights: readonly bigint[]): bigint[] {
  if (weights.length === 0) throw new RangeError('nothing to split over');
  if (weights.some((weight) => weight < 0n)) throw new RangeError('a weight must not be negative');
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total === 0n)
    return splitByLargestRemainder(
      amount,
      weights.map(() => 1n),
    );

  const whole = abs(amount);
  const shares: bigint[] = [];
  const remainders: { index: number; remainder: bigint }[] = [];
  let rest = whole;
  for (const [index, weight] of weights.entries()) {
    const product = whole * weight;
    const share = product / total;
    rest -= share;
    shares.push(share);
    remainders.push({ index, remainder: product - share * total });
  }
  if (rest > 0n) {
    remainders.sort((a, b) =>
      a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
    );
    for (const { index } of remainders.slice(0, Number(rest))) shares[index] = (shares[index] ?? 0n) + 1n;
  }
  return amount < 0n ? shares.map((share) => -share) : shares;
}

/** The sum of amounts. */
export const sumOf = (amounts: Iterable<bigint>): bigint => {
  let sum = 0n;
  for (const amount of amounts) sum += amount;
  return sum;
};

export const minOf = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);

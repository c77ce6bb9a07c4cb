import { minOf, splitByLargestRemainder, sumOf } from '../../platform/money.ts';

/** What is bought, as far as points depend on it. Amounts are minor units after discounts. */
export interface EarningLine {
  readonly netAmount: bigint;
  readonly quantity: number;
  /** False for gifts, and for goods that the programme leaves out. */
  readonly earns: boolean;
  /** Points for each unit beside those for the amount. */
  readonly pointsPerUnit: number;
}

/** So many points for each such amount. */
export interface EarningRate {
  readonly points: number;
  readonly perAmount: bigint;
}

export interface EarningLimits {
  /** Null: none. */
  readonly perOrder: bigint | null;
  readonly leftInPeriod: bigint | null;
}

export interface Earned {
  readonly points: bigint;
  /** By line; they sum to the points. */
  readonly shares: readonly bigint[];
  /** Which limit took something off. */
  readonly cappedBy: 'order' | 'period' | null;
}

const WHOLE_BPS = 10_000n;

/**
 * The points of an order: for its amount, multiplied by tier and campaigns and rounded down once for the whole order, and for its products;
 * then the limits. Each line keeps its share by largest remainder, which is what is taken back when the line is refunded. 19.99 at 1 point
 * for 1.00 and 1.5 times are 29 points.
 */
export function decideEarning(
  lines: readonly EarningLine[],
  rate: EarningRate,
  multipliersBps: readonly number[],
  limits: EarningLimits,
): Earned {
  const amounts = lines.map(({ earns, netAmount }) => (earns ? netAmount : 0n));
  const multiplier = multipliersBps.reduce((product, bps) => product * BigInt(bps), 1n);
  const whole = WHOLE_BPS ** BigInt(multipliersBps.length);
  const forAmount = (sumOf(amounts) * BigInt(rate.points) * multiplier) / (rate.perAmount * whole);
  const forUnits = lines.map(({ earns, quantity, pointsPerUnit }) =>
    earns ? BigInt(quantity) * BigInt(pointsPerUnit) : 0n,
  );
  const shares = splitOver(forAmount, amounts).map((share, i) => share + (forUnits[i] ?? 0n));
  return capped(sumOf(shares), shares, limits);
}

function capped(
  points: bigint,
  shares: readonly bigint[],
  { perOrder, leftInPeriod }: EarningLimits,
): Earned {
  const ofOrder = perOrder === null ? points : minOf(points, perOrder);
  const most = leftInPeriod === null ? ofOrder : minOf(ofOrder, leftInPeriod);
  if (most === points) return { points, shares, cappedBy: null };
  return { points: most, shares: splitOver(most, shares), cappedBy: most < ofOrder ? 'period' : 'order' };
}

// Where nothing has weight there is nothing to split either.
const splitOver = (quantity: bigint, weights: readonly bigint[]): bigint[] =>
  quantity === 0n || weights.length === 0
    ? weights.map(() => 0n)
    : splitByLargestRemainder(quantity, weights);

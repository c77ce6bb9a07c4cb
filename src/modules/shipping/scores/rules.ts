import { divideRounded } from '../../../platform/money.ts';

/** What was counted of a carrier's parcels, or of those of a whole shop. */
export interface Tally {
  readonly parcelCount: number;
  /** Parcels whose promise can be judged: they arrived, or the promised day is over. */
  readonly promisedCount: number;
  readonly onTimeCount: number;
  readonly deliveredCount: number;
  readonly transitDaysSum: number;
  /** Parcels whose fate is known: arrived, lost, damaged or back. */
  readonly endedCount: number;
  readonly lostCount: number;
  readonly damagedCount: number;
  /** Lost or damaged. */
  readonly spoiledCount: number;
  readonly ratingCount: number;
  readonly ratingSum: number;
  readonly costedCount: number;
  readonly costSumAmount: bigint;
}

export const EMPTY_TALLY: Tally = {
  parcelCount: 0,
  promisedCount: 0,
  onTimeCount: 0,
  deliveredCount: 0,
  transitDaysSum: 0,
  endedCount: 0,
  lostCount: 0,
  damagedCount: 0,
  spoiledCount: 0,
  ratingCount: 0,
  ratingSum: 0,
  costedCount: 0,
  costSumAmount: 0n,
};

const COUNTS = Object.keys(EMPTY_TALLY).filter(
  (name): name is Exclude<keyof Tally, 'costSumAmount'> => name !== 'costSumAmount',
);

/** The tally of a shop: the sum of those of its carriers. */
export const sumTallies = (tallies: readonly Tally[]): Tally =>
  tallies.reduce((sum, tally) => {
    const counts = Object.fromEntries(COUNTS.map((name) => [name, sum[name] + tally[name]]));
    return { ...sum, ...counts, costSumAmount: sum.costSumAmount + tally.costSumAmount };
  }, EMPTY_TALLY);

/** An exact fraction. Its denominator is above zero. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

interface Mean {
  readonly sum: bigint;
  readonly count: bigint;
}

/**
 * The Bayesian average: a carrier's own mean drawn toward the shop's, as if the carrier had `priorCases` average parcels more. It is the
 * weighted rating that IMDb gave for its top list, `v/(v+m)·R + m/(v+m)·C`, an empirical Bayes estimate as in B. Efron and
 * C. Morris, "Stein's Paradox in Statistics", Scientific American 236 (1977). Three parcels, all on time, in a shop with 80 % and a prior of 20
 * are (3 + 16) / 23 = 82.6 %. Undefined where the whole shop has no case.
 */
export function damp(own: Mean, shop: Mean, priorCases: number): Fraction | undefined {
  if (shop.count === 0n) return undefined;
  const prior = BigInt(priorCases);
  return {
    numerator: own.sum * shop.count + prior * shop.sum,
    denominator: shop.count * (own.count + prior),
  };
}

/** How much each part of a score weighs. */
export interface ScoreWeights {
  readonly onTime: number;
  readonly speed: number;
  readonly safety: number;
  readonly rating: number;
  readonly cost: number;
}

/** What a carrier's figures come to, damped. Null where the whole shop has no case. */
export interface ScoreFigures {
  readonly onTimeBps: number | null;
  /** Hundredths of a day. */
  readonly transitCentidays: number | null;
  readonly spoiledBps: number | null;
  /** Hundredths of a star. */
  readonly ratingCentistars: number | null;
  readonly costAmount: bigint | null;
  readonly scoreBps: number | null;
}

const BPS = 10_000n;
/** A parcel in a hundred that is lost or damaged costs ten parts of a hundred of this part of the score. */
const SPOILED_COUNTS = 10n;

interface Part {
  readonly weight: number;
  readonly value: Fraction | undefined;
}

/**
 * A carrier's score, 0 to 10,000: the weighted mean of being on time, speed, safety, ratings and cost, each between 0 and 1 and
 * damped toward the shop. Speed and cost are measured against the shop: half for its mean, more for less. What nobody in the shop
 * has a case of is left out for all of them.
 */
export function scoreCarrier(
  own: Tally,
  shop: Tally,
  priorCases: number,
  weights: ScoreWeights,
): ScoreFigures {
  const damped = (sum: CountOrCost, count: CountOrCost) =>
    damp(meanOf(own, sum, count), meanOf(shop, sum, count), priorCases);
  const onTime = damped('onTimeCount', 'promisedCount');
  const transit = damped('transitDaysSum', 'deliveredCount');
  const spoiled = damped('spoiledCount', 'endedCount');
  const rating = damped('ratingSum', 'ratingCount');
  const cost = damped('costSumAmount', 'costedCount');
  const parts: Part[] = [
    { weight: weights.onTime, value: onTime },
    {
      weight: weights.speed,
      value: transit && beside(transit, meanOf(shop, 'transitDaysSum', 'deliveredCount')),
    },
    { weight: weights.safety, value: spoiled && safetyOf(spoiled) },
    { weight: weights.rating, value: rating && starsOf(rating) },
    { weight: weights.cost, value: cost && beside(cost, meanOf(shop, 'costSumAmount', 'costedCount')) },
  ];
  return {
    onTimeBps: rounded(onTime, BPS),
    transitCentidays: rounded(transit, 100n),
    spoiledBps: rounded(spoiled, BPS),
    ratingCentistars: rounded(rating, 100n),
    costAmount: cost ? divideRounded(cost.numerator, cost.denominator) : null,
    scoreBps: rounded(weightedMean(parts), BPS),
  };
}

type CountOrCost = keyof Tally;

const meanOf = (tally: Tally, sum: CountOrCost, count: CountOrCost): Mean => ({
  sum: BigInt(tally[sum]),
  count: BigInt(tally[count]),
});

const rounded = (value: Fraction | undefined, scale: bigint): number | null =>
  value ? Number(divideRounded(value.numerator * scale, value.denominator)) : null;

/** The shop's mean beside both: 1/2 for the mean itself, toward 1 for less. A mean of 4 days, and 6 days: 0.4. */
function beside(value: Fraction, shop: Mean): Fraction {
  const mean = shop.sum * value.denominator;
  const whole = mean + value.numerator * shop.count;
  return whole === 0n ? { numerator: 1n, denominator: 2n } : { numerator: mean, denominator: whole };
}

function safetyOf({ numerator, denominator }: Fraction): Fraction {
  const left = denominator - SPOILED_COUNTS * numerator;
  return { numerator: left > 0n ? left : 0n, denominator };
}

/** One star is nothing, five are all. */
const starsOf = ({ numerator, denominator }: Fraction): Fraction => ({
  numerator: numerator - denominator,
  denominator: denominator * 4n,
});

function weightedMean(parts: readonly Part[]): Fraction | undefined {
  const known = parts.filter(({ weight, value }) => weight > 0 && value !== undefined);
  const all = known.reduce((sum, { weight }) => sum + weight, 0);
  if (all === 0) return undefined;
  let [numerator, denominator] = [0n, 1n];
  for (const { weight, value } of known) {
    if (!value) continue;
    numerator = numerator * value.denominator + BigInt(weight) * value.numerator * denominator;
    denominator *= value.denominator;
  }
  return { numerator, denominator: denominator * BigInt(all) };
}

import type { Problem } from '../../../platform/errors.ts';
import { catalogueErrors } from '../errors.ts';

/** Markets whose law says what a crossed-out price may be. */
export const MARKETS = ['CN', 'EU'] as const;
export type Market = (typeof MARKETS)[number];
export const PRIOR_PRICE_BASES = [
  'lowest_charged',
  'last_charged',
  'never_sold',
  'lowest_offered',
  'never_offered',
] as const;

/** The best price before a moment, in minor units per piece, and how it was found. */
export interface PriorPrice {
  readonly market: Market;
  readonly amount: bigint | null;
  readonly basis: (typeof PRIOR_PRICE_BASES)[number];
  readonly windowDays: number;
}

/** The market whose rule a shop with this country profile keeps; others are not checked. */
export const marketOf = (countryProfile: string): Market | undefined =>
  MARKETS.find((market) => market === countryProfile);

const DAY_MS = 86_400_000;
/** When a window of `days` days before `at` begins. */
export const windowStart = (at: Date, days: number): Date => new Date(at.getTime() - days * DAY_MS);

/** CN: the lowest price that was charged in the window; none sold then, the last that was charged before it. */
export const decideChargedPrice = (
  windowDays: number,
  lowest: bigint | undefined,
  last: bigint | undefined,
): PriorPrice => ({
  market: 'CN',
  amount: lowest ?? last ?? null,
  basis: lowest !== undefined ? 'lowest_charged' : last !== undefined ? 'last_charged' : 'never_sold',
  windowDays,
});

/** EU: the lowest price that everyone was offered in the window, the one in force at its beginning included. */
export const decideOfferedPrice = (windowDays: number, lowest: bigint | undefined): PriorPrice => ({
  market: 'EU',
  amount: lowest ?? null,
  basis: lowest === undefined ? 'never_offered' : 'lowest_offered',
  windowDays,
});

/** Whether a crossed-out price is claimed at all: at or below the price there is nothing to cross out. */
export const claimsReduction = (product: { priceAmount: bigint; referenceAmount: bigint | null }): boolean =>
  product.referenceAmount !== null && product.referenceAmount > product.priceAmount;

const RULES: Record<Market, (days: number) => string> = {
  CN: (days) => `the lowest price charged in the ${days} days before, else the last one charged`,
  EU: (days) => `the lowest price offered in the ${days} days before`,
};

/** `reference_price_not_true` when a crossed-out price, in minor units, is above the best prior price. */
export function findReferenceFault(referenceAmount: bigint, prior: PriorPrice): Problem | undefined {
  if (prior.amount !== null && referenceAmount <= prior.amount) return undefined;
  const found = prior.amount === null ? 'there was none' : `it was ${prior.amount}`;
  const detail =
    `Fair dealing, rule 9 (${prior.market}): a crossed-out price of ${referenceAmount} must not be above ` +
    `${RULES[prior.market](prior.windowDays)}; ${found}. Lower it or set it to null.`;
  const bestPriorAmount = prior.amount === null ? null : Number(prior.amount);
  return catalogueErrors.reference_price_not_true(detail, {
    pointer: '/referenceAmount',
    extra: { rule: `crossed_out_price_${prior.market.toLowerCase()}`, basis: prior.basis, bestPriorAmount },
  });
}

/** A list price, in force from a moment on; minor units. */
export interface OfferedPrice {
  readonly amount: bigint;
  readonly effectiveAt: Date;
}

/** A price that was in force elsewhere from a moment on; minor units. */
export interface PastPrice {
  readonly amount: bigint;
  readonly effectiveAt: Date;
}

/**
 * `past_price_too_late` when prices made elsewhere do not all lie before the first price that was recorded here:
 * from then on the history is known, and nobody may write another one.
 */
export function findLatePastPrice(prices: readonly PastPrice[], firstRecordedAt: Date): Problem | undefined {
  const detail = `must be before ${firstRecordedAt.toISOString()}, when the first price was recorded here`;
  const { code } = catalogueErrors.past_price_too_late;
  const violations = prices.flatMap(({ effectiveAt }, i) =>
    effectiveAt < firstRecordedAt
      ? []
      : [{ in: 'body' as const, pointer: `/prices/${i}/effectiveAt`, code, detail }],
  );
  if (violations.length === 0) return undefined;
  return catalogueErrors.past_price_too_late(undefined, { violations: violations.slice(0, 100) });
}

/** `past_price_differs` when a moment already has another price; `known` are the prices of those moments. */
export function findContradiction(
  prices: readonly PastPrice[],
  known: readonly PastPrice[],
): Problem | undefined {
  const byMoment = new Map(known.map(({ amount, effectiveAt }) => [effectiveAt.getTime(), amount]));
  const { code } = catalogueErrors.past_price_differs;
  const violations = prices.flatMap(({ amount, effectiveAt }, i) => {
    const other = byMoment.get(effectiveAt.getTime());
    if (other === undefined || other === amount) return [];
    const detail = `a price of ${other} is recorded for this moment`;
    return [{ in: 'body' as const, pointer: `/prices/${i}/amount`, code, detail }];
  });
  if (violations.length === 0) return undefined;
  return catalogueErrors.past_price_differs(undefined, { violations: violations.slice(0, 100) });
}

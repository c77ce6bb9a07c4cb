// Makegood counts in the minor units of ISO 4217. Stripe does too, but for these: it wants two decimals of currencies that
// have none any more, and none of one whose smaller unit nobody uses.
const TIMES_100 = new Set(['ISK', 'UGX']);
const BY_100 = new Set(['MGA']);
// Stripe's partners know only two of the three decimals: the last digit must be 0.
const LAST_DIGIT_ZERO = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);
// ISO 4217 gives them decimals that Stripe does not take at all.
const NOT_TAKEN = new Set(['CLF', 'IQD', 'LYD', 'UYW']);

// Eight digits, as Stripe's reference says. A few currencies of small worth may have more; these go out and Stripe decides.
const MAX_EIGHT_DIGITS = 99_999_999n;
const MAY_BE_LONGER = new Set(['COP', 'HUF', 'IDR', 'INR', 'JPY', 'KRW', 'LBP', 'VND', 'UGX']);
const MAX_TWELVE_DIGITS = 999_999_999_999n;

/**
 * An amount in ISO 4217 minor units as Stripe counts it, or undefined when Stripe cannot take it.
 * 5 ISK is 500, 12345 of KWD (12.345) is refused, 12340 is 12340, 5000 of MGA is 50.
 */
export function toStripeAmount(amount: bigint, currency: string): number | undefined {
  const converted = convert(amount, currency);
  const max = MAY_BE_LONGER.has(currency) ? MAX_TWELVE_DIGITS : MAX_EIGHT_DIGITS;
  return converted === undefined || converted < 1n || converted > max ? undefined : Number(converted);
}

function convert(amount: bigint, currency: string): bigint | undefined {
  if (NOT_TAKEN.has(currency)) return undefined;
  if (TIMES_100.has(currency)) return amount * 100n;
  if (BY_100.has(currency)) return amount % 100n === 0n ? amount / 100n : undefined;
  return LAST_DIGIT_ZERO.has(currency) && amount % 10n !== 0n ? undefined : amount;
}

import type { LoyaltyGift } from './tables.ts';

/** Whether a gift can be had at a moment, as far as the shop says so. The end does not belong to it. */
export const isOffered = (
  { state, availableFrom, availableUntil }: Pick<LoyaltyGift, 'state' | 'availableFrom' | 'availableUntil'>,
  now: Date,
): boolean =>
  state === 'active' &&
  (availableFrom === null || availableFrom <= now) &&
  (availableUntil === null || availableUntil > now);

/** Whether somebody has a tier, or a higher one. Nobody has one that the programme does not know any more. */
export function hasTier(
  tiers: readonly { readonly key: string }[],
  tierKey: string | null,
  minimumTierKey: string,
): boolean {
  const place = (wanted: string | null) => tiers.findIndex(({ key }) => key === wanted);
  return place(minimumTierKey) >= 0 && place(tierKey) >= place(minimumTierKey);
}

/**
 * Symbols of a claim code, 5 bits each: 60 bits. Who tries 1,000 codes a second for a year finds one of 100,000 with a chance of 1 in 365.
 */
export const CLAIM_CODE_SYMBOLS = 12;

/** A claim code as it was made, from how somebody reads it out: ` 7k2q-oi00-…` is 7K2Q0100…. */
export const normaliseClaimCode = (spelling: string): string =>
  spelling
    .normalize('NFKC')
    .replaceAll(/[\s_\p{Dash}\p{Cf}]+/gu, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');

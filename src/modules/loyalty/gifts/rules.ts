import { maxOf } from '../../../platform/money.ts';
import type { LoyaltyGift, Redemption } from './tables.ts';

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

/** The money of a redemption, in minor units. */
export type RedemptionMoney = Pick<
  Redemption,
  'unitAmount' | 'quantity' | 'cancelledQuantity' | 'paidAmount' | 'refundedAmount'
>;

/** What the units cost that were not given up. One unit and then two are three at once, as each costs the same. */
export const costOf = ({ unitAmount, quantity, cancelledQuantity }: RedemptionMoney): bigint =>
  unitAmount * BigInt(quantity - cancelledQuantity);

const keptOf = ({ paidAmount, refundedAmount }: RedemptionMoney): bigint => paidAmount - refundedAmount;

/** What is still to be paid. */
export const dueOf = (redemption: RedemptionMoney): bigint =>
  maxOf(0n, costOf(redemption) - keptOf(redemption));

/** What was paid beyond what is left costs. */
export const surplusOf = (redemption: RedemptionMoney): bigint =>
  maxOf(0n, keptOf(redemption) - costOf(redemption));

import { monthsLater } from '../expiry-rules.ts';

/** A tier of a programme. Thresholds rise with the list. */
export interface Tier {
  readonly key: string;
  /** Points, or minor units, by what the programme counts. */
  readonly threshold: number;
  /** By how much purchases of its members earn more, in basis points. */
  readonly multiplierBps: number;
}

/** At most so many hours before it starts members hear of a campaign. */
export const MAX_NOTICE_HOURS = 720;

/** Something that counts for a tier: how much, and the shop's day on which it was earned. */
export interface Contribution {
  readonly day: number;
  readonly quantity: bigint;
}

/** The last day on which something counts that was earned on a day: the same day so many months later. It begins with the day after. */
export const lastDayOf = (earnedDay: number, periodMonths: number): number =>
  monthsLater(earnedDay, periodMonths);

/** What counts on a day. Nothing of the day itself does, so that it does not matter in which order things happen on it. */
export const countedOn = (
  day: number,
  periodMonths: number,
  contributions: readonly Contribution[],
): bigint =>
  contributions
    .filter((one) => one.day < day && day <= lastDayOf(one.day, periodMonths))
    .reduce((sum, { quantity }) => sum + quantity, 0n);

/** The highest tier that so much reaches; undefined below the first. */
export const tierFor = <T extends Tier>(tiers: readonly T[], counted: bigint): T | undefined =>
  tiers.findLast(({ threshold }) => BigInt(threshold) <= counted);

/** The tier above, and what is missing to it. */
export function nextTier<T extends Tier>(
  tiers: readonly T[],
  counted: bigint,
): { readonly tier: T; readonly missing: bigint } | undefined {
  const tier = tiers.find(({ threshold }) => BigInt(threshold) > counted);
  return tier && { tier, missing: BigInt(tier.threshold) - counted };
}

/** By how much a tier multiplies what purchases earn; without one nothing changes. */
export const tierMultiplierBps = (tiers: readonly Tier[], key: string | null): number =>
  tiers.find((tier) => tier.key === key)?.multiplierBps ?? 10_000;

/** What a member has before anything counted. */
export const NO_TIER = { tierKey: null, tierChangeCount: 0, tierVersion: 0, tierDueAt: null } as const;

/** What tiers lack, each at its place in the list: keys are told apart, and thresholds rise. */
export function findTierFaults(
  tiers: readonly Tier[],
): { readonly pointer: string; readonly detail: string }[] {
  return tiers.flatMap(({ key, threshold }, at) => {
    const before = tiers.slice(0, at);
    const isDouble = before.some((one) => one.key === key);
    const isLow = at > 0 && threshold <= (tiers[at - 1]?.threshold ?? 0);
    return [
      ...(isDouble ? [{ pointer: `/tiers/${at}/key`, detail: `another tier is called ${key}` }] : []),
      ...(isLow
        ? [{ pointer: `/tiers/${at}/threshold`, detail: 'it has to be more than that of the tier below' }]
        : []),
    ];
  });
}

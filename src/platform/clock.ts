/** The real time. Keys, tokens, link expiry, idempotency, rate limits and logs go by it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** The shop's time: a test shop's clock runs ahead or behind by a fixed number of milliseconds and ticks on. */
export const shopTime = (shop: { clockOffsetMs: bigint }, realNow: Date): Date =>
  new Date(realNow.getTime() + Number(shop.clockOffsetMs));

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** The instant `ms` milliseconds after `start`. */
export const after = (start: Date, ms: number): Date => new Date(start.getTime() + ms);

/** The real time. Keys, tokens, link expiry, idempotency, rate limits and logs go by it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** The shop's time: a test shop's clock runs ahead or behind by a fixed number of milliseconds and ticks on. */
export const shopTime = (shop: { clockOffsetMs: bigint }, realNow: Date): Date =>
  new Date(realNow.getTime() + Number(shop.clockOffsetMs));

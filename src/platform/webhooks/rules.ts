import { after, DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';

/** An endpoint is sent to in so many lanes at once, and takes no more of the workers. */
const LANES = 4;
/** Nothing but failures for so long, and the endpoint is disabled. */
const FAILING_MS = 3 * DAY_MS;
/** The longest wait that an endpoint's Retry-After can ask for. */
const LONGEST_WAIT_MS = DAY_MS;

// Together 70 hours and 42 minutes: the attempts of one event alone end before the endpoint counts as failing.
const DELAYS_MS = [
  5_000,
  30_000,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
  24 * HOUR_MS,
];

/** Attempts that are made before a delivery has failed. */
export const ATTEMPTS = DELAYS_MS.length + 1;

/** What came of an attempt. */
export type Verdict = 'succeeded' | 'gone' | 'failed';

/** Only 2xx is success: what is redirected did not arrive, and what is redirected for ever shall be changed by a person. */
export function judge(statusCode: number | null): Verdict {
  if (statusCode !== null && statusCode >= 200 && statusCode < 300) return 'succeeded';
  return statusCode === 410 ? 'gone' : 'failed';
}

/**
 * How long to wait after the attempt with this number, counted from 1; undefined when it was the last. `random` (0 to 1)
 * adds up to a tenth, so that what failed together does not come back together. An endpoint may ask for more time, not
 * for less: after attempt 2 with `Retry-After: 600` the wait is 600 s and not 30.
 */
export function delayAfterAttempt(attempt: number, random: number, retryAfterMs = 0): number | undefined {
  const planned = DELAYS_MS[attempt - 1];
  if (planned === undefined) return undefined;
  return Math.round(Math.max(planned, Math.min(retryAfterMs, LONGEST_WAIT_MS)) * (1 + random / 10));
}

/** What `Retry-After` asks for, in seconds or as a date; only busy servers (429, 503) are listened to. */
export function readRetryAfter(statusCode: number | null, header: string | undefined, now: Date): number {
  if (header === undefined || (statusCode !== 429 && statusCode !== 503)) return 0;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const until = Date.parse(header);
  return Number.isNaN(until) ? 0 : Math.max(0, until - now.getTime());
}

/** Has the endpoint done nothing but fail for too long? */
export const isFailingTooLong = (failingSince: Date | null, now: Date): boolean =>
  failingSince !== null && after(failingSince, FAILING_MS) <= now;

/** Events of one resource go through one lane, in their order. The last digit of a UUIDv7 is random. */
export const laneOf = (subjectId: string): number => Number.parseInt(subjectId.slice(-1), 16) % LANES;

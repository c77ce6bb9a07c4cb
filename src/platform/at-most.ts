import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for something, but no longer than so many milliseconds. Fails when it fails in this time. */
export async function atMost(ms: number, something: Promise<unknown>): Promise<void> {
  const patience = new AbortController();
  const late = sleep(ms, undefined, { signal: patience.signal }).catch(() => undefined);
  await Promise.race([something, late]);
  patience.abort();
}

import pg from 'pg';
import { putBounded } from '../bounded-map.ts';
import { hangUp } from '../db/hang-up.ts';
import type { Logger } from '../logging.ts';

/** Triggers on keys, shops and revoked customers tell it the shop; migration `credential_changes`. */
const CHANNEL = 'makegood_credentials';
const CONFIRM_EVERY_MS = 1_000;
// Without a word for so long, the connection may be cut: nothing that is remembered counts any more.
const TRUSTED_MS = 3_000;
const RETRY_AFTER_MS = 30_000;
const MAX_ENTRIES = 10_000;

/**
 * Credentials that this process has seen, so that not every request has to ask the database for its key and shop. The
 * database tells every process when a key or a shop changes. A process that might not hear it does not trust what it
 * remembers: each second in which it is used it sends itself a word along the same way, and words arrive in order. What was
 * read before it listened is forgotten when it does: it may have changed unheard.
 */
export interface KnownCredentials {
  /** What is remembered under a name; undefined when nothing is, or when a change may have been missed. */
  find(name: string): unknown;
  /** Counts the changes heard of. What was read before a change must not be remembered after it. */
  generation(): number;
  remember(shopId: string, name: string, value: object, generation: number): void;
  /** For the process that makes the change itself: its next request already sees it. */
  forget(shopId: string): void;
  close(): Promise<void>;
}

interface Entry {
  readonly shopId: string;
  readonly value: object;
}

/** Starts to listen at once, on connections of its own: what the first requests read may then be remembered. */
export function createKnownCredentials(
  connectionString: string,
  log: Logger,
  { retryAfterMs = RETRY_AFTER_MS }: { retryAfterMs?: number } = {},
): KnownCredentials {
  const entries = new Map<string, Entry>();
  let generation = 0;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  const forget = (shopId: string) => {
    generation += 1;
    for (const [name, entry] of entries) if (entry.shopId === shopId) entries.delete(name);
  };
  const forgetAll = () => {
    confirmedAt = Number.NEGATIVE_INFINITY;
    generation += 1;
    entries.clear();
  };
  const ear = createEar(connectionString, log, retryAfterMs, {
    onWord: forget,
    onConfirmed: (sentAt) => (confirmedAt = sentAt),
    onListening: forgetAll,
    onLost: forgetAll,
  });
  ear.confirm(performance.now());
  return {
    find(name) {
      const now = performance.now();
      if (now - confirmedAt > CONFIRM_EVERY_MS) ear.confirm(now);
      return now - confirmedAt > TRUSTED_MS ? undefined : entries.get(name)?.value;
    },
    generation: () => generation,
    remember(shopId, name, value, since) {
      if (since === generation) putBounded(entries, MAX_ENTRIES, name, { shopId, value });
    },
    forget,
    close: () => ear.close(),
  };
}

interface EarEvents {
  onWord(shopId: string): void;
  onConfirmed(sentAt: number): void;
  /** From now on every change is heard. */
  onListening(): void;
  onLost(): void;
}

/**
 * One connection listens and another speaks. Behind a pooler that shares sessions, a connection that does both may well hear
 * itself and nobody else: its session is lent to it only while it speaks.
 */
interface Line {
  readonly ear: pg.Client;
  readonly mouth: pg.Client;
}

/** A line that listens, and asks itself whether it still hears. */
function createEar(connectionString: string, log: Logger, retryAfterMs: number, events: EarEvents) {
  const self = `self:${process.pid}:${Math.random()}`;
  const connection = { connectionString, connectionTimeoutMillis: 5_000, keepAlive: true };
  let line: Line | undefined;
  let asked: number | undefined;
  let silentUntil = 0;
  let isAsking = false;
  let closed = false;

  const lose = (lost: Line) => {
    if (line !== lost) return;
    line = undefined;
    asked = undefined;
    silentUntil = performance.now() + retryAfterMs;
    events.onLost();
    void hangUpBoth(lost);
  };
  const hear = (payload: string) => {
    if (payload !== self) return events.onWord(payload);
    if (asked !== undefined) events.onConfirmed(asked);
    asked = undefined;
  };
  const listen = async (): Promise<Line> => {
    const opened: Line = { ear: new pg.Client(connection), mouth: new pg.Client(connection) };
    line = opened;
    await open(opened, hear, () => lose(opened));
    if (line === opened) events.onListening();
    return opened;
  };
  const ask = async () => {
    const { mouth } = line ?? (await listen());
    asked = performance.now();
    await mouth.query('select pg_notify($1, $2)', [CHANNEL, self]);
  };
  return {
    /** Not waited for: until it is answered, the database is asked. */
    confirm(now: number) {
      if (closed || now < silentUntil) return;
      // Opening connections has a limit of its own, and a start has much else to do.
      if (isAsking && asked === undefined) return;
      if (asked !== undefined) {
        // Behind a pooler that shares sessions nothing ever arrives.
        if (now - asked > TRUSTED_MS && line) lose(line);
        return;
      }
      isAsking = true;
      ask()
        .catch((error: unknown) => {
          log.debug({ err: error }, 'credential changes cannot be heard');
          if (line) lose(line);
        })
        .finally(() => (isAsking = false));
    },
    async close() {
      closed = true;
      if (line) await hangUpBoth(line);
    },
  };
}

async function open(
  { ear, mouth }: Line,
  hear: (payload: string) => void,
  onLost: () => void,
): Promise<void> {
  for (const client of [ear, mouth]) {
    client.on('error', onLost);
    client.on('end', onLost);
  }
  ear.on('notification', ({ payload = '' }) => hear(payload));
  await Promise.all([ear.connect(), mouth.connect()]);
  await ear.query(`listen ${CHANNEL}`);
}

const hangUpBoth = async ({ ear, mouth }: Line): Promise<void> =>
  void (await Promise.all([hangUp(ear), hangUp(mouth)]));

import type { Socket } from 'node:net';
import type pg from 'pg';

type Client = pg.Client | pg.PoolClient;

const GOODBYE_MS = 1_000;

/** The socket of a connection. */
export const socketOf = (client: Client): Socket =>
  (client as unknown as { connection: { stream: Socket } }).connection.stream;

/** Ends a connection. A goodbye that is not answered in time is not waited for: the other end may be gone without a word. */
export async function hangUp(client: pg.Client, patienceMs = GOODBYE_MS): Promise<void> {
  const timer = setTimeout(() => socketOf(client).destroy(), patienceMs);
  await client.end().catch(() => undefined);
  clearTimeout(timer);
}

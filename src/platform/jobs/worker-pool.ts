import pg from 'pg';
import { isUnavailable } from '../db/constraints.ts';
import { socketOf } from '../db/hang-up.ts';
import type { Logger } from '../logging.ts';

const ANSWER_MS = 35_000;
const PROBE_AFTER_MS = 10_000;
// graphile-worker repeats after an error with one of a few codes, from three seconds to two minutes apart, a hundred times.
const REPEATED = 'ETIMEDOUT';

export type WorkerPool = pg.Pool & {
  /** Gives up every connection: what runs on them fails. */
  cut(): void;
};

/**
 * The connections of graphile-worker. It notes that a job has ended without waiting for the note, and repeats it only after
 * errors whose code it knows. Of a connection that was cut, the error has none: it would end the process, as nobody handles
 * it, and the job would stay locked for four hours. So every error of a database that is away gets such a code.
 */
export function createWorkerPool(connectionString: string, log: Logger): WorkerPool {
  const pool = new pg.Pool({
    connectionString,
    max: 4,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: PROBE_AFTER_MS,
    // Without pipelining a statement that is given up leaves its connection in the pool, blocked.
    pipeline: true,
    query_timeout: ANSWER_MS,
  });
  const clients = new Set<pg.PoolClient>();
  pool.on('error', (error) => log.warn({ err: error }, 'an idle worker connection was lost'));
  pool.on('remove', (client) => clients.delete(client));
  pool.on('connect', (client) => {
    clients.add(client);
    client.on('error', (error) => log.warn({ err: error }, 'worker connection lost'));
    client.query = repeatable(client.query.bind(client));
  });
  const connect = repeatable(pool.connect.bind(pool)) as (...args: unknown[]) => unknown;
  // Who asks after the end would be told to repeat, for an hour, and keep the process from ending.
  const connectUntilEnd = (...args: unknown[]) =>
    pool.ending ? new Promise<never>(() => undefined) : connect(...args);
  Object.assign(pool, { connect: connectUntilEnd });
  return Object.assign(pool, { cut: () => clients.forEach((client) => socketOf(client).destroy()) });
}

/** The same call, which fails with an error that is repeated where the database is away. */
function repeatable<F>(call: F): F {
  const plain = call as (...args: unknown[]) => unknown;
  return ((...args: unknown[]) => {
    const result = plain(...args);
    return result instanceof Promise ? result.catch(fail) : result;
  }) as F;
}

function fail(error: unknown): never {
  if (!(error instanceof Error) || !isUnavailable(error)) throw error;
  throw Object.assign(new Error(error.message, { cause: error }), { code: REPEATED });
}

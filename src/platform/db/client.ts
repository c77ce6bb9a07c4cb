import { type NodePgDatabase, drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Config } from '../config.ts';
import type { Logger } from '../logging.ts';
import { type Lanes, batchWrites, createLanes } from './lanes.ts';
import { rowTypes } from './rows.ts';
import { PLANS, setUpSession } from './session.ts';

declare const kind: unique symbol;

/** The pool: reads that need no transaction. */
export type Db = NodePgDatabase & {
  readonly $client: pg.Pool;
  /** What short reads share. */
  readonly lanes: Lanes;
  readonly [kind]: 'db';
};
/** One open transaction. What needs one takes a Tx and cannot be called without it. */
export type Tx = NodePgDatabase & { readonly $client: pg.PoolClient; readonly [kind]: 'tx' };
/** Where a read may run: alone or inside the caller's transaction. */
export type Reader = Db | Tx;

// Beyond `statement_timeout` of transactions: a connection that gives no answer for so long has none to give. It is cut, and
// whatever waits for it fails: a statement, COMMIT, ROLLBACK.
const ANSWER_MS = 35_000;
const SHORT_ANSWER_MS = 10_000;
// Connections that are idle are probed, so that those that died without a word are gone before somebody needs them.
const PROBE_AFTER_MS = 10_000;

// Of the connections of the process, those that short reads share. Two keep both ends busy; more would be idle.
const lanesOf = (poolSize: number): number => (poolSize >= 8 ? 2 : 1);

/**
 * Opens the pool. Connections pipeline: statements that do not wait for each other's answers (BEGIN and the
 * first read, the stored answer and COMMIT) share a round trip. Commands are `patient`: their statements may take long.
 */
export function openDatabase(
  connectionString: string,
  config: Pick<Config, 'poolSize' | 'preparedStatements'>,
  log: Logger,
  { patient = false }: { patient?: boolean } = {},
): Db {
  const connection = {
    connectionString,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: PROBE_AFTER_MS,
    types: rowTypes,
  };
  const laneCount = lanesOf(config.poolSize);
  const pool = new pg.Pool({
    ...connection,
    max: Math.max(1, config.poolSize - laneCount),
    pipeline: true,
    idleTimeoutMillis: 30_000,
    ...(patient ? {} : { query_timeout: ANSWER_MS }),
  });
  const lanes = createLanes({
    count: laneCount,
    connection,
    answerMs: SHORT_ANSWER_MS,
    settings: PLANS,
    onLost: (error) => log.warn({ err: error }, 'a shared database connection was lost'),
  });
  // Without listeners a connection that the server cuts would end the process.
  pool.on('error', (error) => {
    // Ended by this side, it may still be cut by the other before it is closed.
    if (!pool.ending) log.warn({ err: error }, 'an idle database connection was lost');
  });
  pool.on('connect', (client) => {
    client.on('error', (error) => {
      if (!pool.ending) log.warn({ err: error }, 'a database connection was lost');
    });
    batchWrites(client);
    if (!patient) setUpSession(client);
  });
  closeWith(pool, lanes);
  return Object.assign(drizzle(pool), {
    lanes,
    preparedStatements: config.preparedStatements,
  }) as unknown as Db;
}

/** Who ends the pool ends the lanes with it. */
function closeWith(pool: pg.Pool, lanes: Lanes): void {
  const end: () => Promise<void> = pool.end.bind(pool);
  const endBoth = async () => {
    await lanes.end();
    await end();
  };
  Object.assign(pool, { end: endBoth });
}

const transactions = new WeakMap<pg.PoolClient, Tx>();

/** The Drizzle face of a connection, made once per connection. */
export function txOf(client: pg.PoolClient, db: Db): Tx {
  const known = transactions.get(client);
  if (known) return known;
  const { preparedStatements } = db as unknown as { preparedStatements: boolean };
  const tx = Object.assign(drizzle(client), { preparedStatements }) as unknown as Tx;
  transactions.set(client, tx);
  return tx;
}

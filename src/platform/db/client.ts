import { type NodePgDatabase, drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Config } from '../config.ts';
import type { Logger } from '../logging.ts';

declare const kind: unique symbol;

/** The pool: reads that need no transaction. */
export type Db = NodePgDatabase & { readonly $client: pg.Pool; readonly [kind]: 'db' };
/** One open transaction. What needs one takes a Tx and cannot be called without it. */
export type Tx = NodePgDatabase & { readonly $client: pg.PoolClient; readonly [kind]: 'tx' };
/** Where a read may run: alone or inside the caller's transaction. */
export type Reader = Db | Tx;

const INT8 = 20;
// Raw statements get bigints for int8, as Drizzle's columns do: an amount never passes through a float or a string.
const parserOf = pg.types.getTypeParser as (oid: number, format?: string) => (text: string) => unknown;
const getTypeParser = (oid: number, format?: string) =>
  oid === INT8 && format !== 'binary' ? BigInt : parserOf(oid, format);

/**
 * Opens the pool. Connections pipeline: statements that do not wait for each other's answers (BEGIN and the
 * first read, the stored answer and COMMIT) share a round trip.
 */
export function openDatabase(
  connectionString: string,
  config: Pick<Config, 'poolSize' | 'preparedStatements'>,
  log: Logger,
): Db {
  const pool = new pg.Pool({
    connectionString,
    max: config.poolSize,
    pipeline: true,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    types: { getTypeParser },
  });
  // Without listeners a connection that the server cuts would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  pool.on('connect', (client) =>
    client.on('error', (error) => log.warn({ err: error }, 'a database connection was lost')),
  );
  return Object.assign(drizzle(pool), { preparedStatements: config.preparedStatements }) as unknown as Db;
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

import type pg from 'pg';

// The same for Postgres as for the client: a transaction whose client is gone without a word must not keep its locks for the two
// hours until the system notices. Once per connection, where it costs nothing; as a setting at the start poolers would refuse it.
// Statements that are a transaction of their own have their limits from here, too.
const LIMITS = `set idle_in_transaction_session_timeout = '60s'; set lock_timeout = '5s';
  set statement_timeout = '30s'`;
// Connections keep plans, those of foreign keys too. One made while a table has a few rows reads all of it, which is right at
// that moment and is kept until Postgres next gathers statistics, a minute and some ten thousand orders later. Every
// statement of a request has an index; it is used from the first row on. What this makes look dear must not be compiled.
export const PLANS = 'set enable_seqscan = off; set jit = off';

/** Begins a transaction with its limits. A lock that takes longer is a stuck neighbour, not a queue; a statement, a fault. */
export const BEGIN = "begin; set local lock_timeout = '5s'; set local statement_timeout = '30s'";

const direct = new WeakSet<pg.ClientBase>();
// Connections whose first answer is under way.
const unknown = new WeakMap<pg.ClientBase, Promise<void>>();

/** Sets once on a connection that was opened what holds for all of its statements. Never fails: what is wrong shows in the next one. */
export function setUpSession(client: pg.ClientBase): void {
  const known = learn(client)
    .catch(() => undefined)
    .finally(() => unknown.delete(client));
  unknown.set(client, known);
}

async function learn(client: pg.ClientBase): Promise<void> {
  const answers = (await client.query(
    `${LIMITS}; ${PLANS}; select pg_backend_pid() as pid`,
  )) as unknown as pg.QueryResult<{ pid: number }>[];
  if (isOwn(client, answers.at(-1)?.rows[0]?.pid)) direct.add(client);
}

/**
 * Whether what is set once holds for every statement of the connection. Behind a pooler in transaction mode the next one may
 * meet another process of Postgres, on which nobody has set anything. Waits for the first answer of a fresh connection.
 */
export async function keepsSession(client: pg.ClientBase): Promise<boolean> {
  await unknown.get(client);
  return direct.has(client);
}

/** A pooler makes up the process number that it tells its clients, and that is how it shows. */
export const isOwn = (client: pg.ClientBase, pid: number | undefined): boolean =>
  pid !== undefined && pid === (client as unknown as { processID: number | null }).processID;

import type pg from 'pg';
import type { Ctx } from '../context.ts';
import { type Tx, txOf } from './client.ts';
import { isRetriable, isUniqueViolation } from './constraints.ts';
import { preparedSql } from './prepared.ts';

const MAX_ATTEMPTS = 4;
// A lock that takes longer than this is a stuck neighbour, not a queue; a statement that takes longer is a fault.
const BEGIN = "begin; set local lock_timeout = '5s'; set local statement_timeout = '30s'";

const hooks = new WeakMap<Tx, Array<() => void>>();

/** Runs `hook` once the transaction is committed, never when it rolls back. */
export function afterCommit(tx: Tx, hook: () => void): void {
  hooks.get(tx)?.push(hook);
}

/** A request with the same Idempotency-Key was committed while this one ran. Its answer is the truth. */
export class AnsweredMeanwhile extends Error {}

const storeAnswer = preparedSql(
  'store_idempotent_answer',
  `insert into idempotency_keys (shop_id, credential_id, key, request_hash, status, headers, body, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

/**
 * The one write path: runs `fn` in a READ COMMITTED transaction, stores the idempotent answer in it, commits.
 * Runs it again, at most three times, after a deadlock or a serialisation failure. `fn` must not talk to
 * anything but the database: what has to leave the process is enqueued through the transaction.
 */
export async function inTransaction<T>(ctx: Ctx, fn: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptTransaction(ctx, fn);
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isRetriable(error)) throw error;
      ctx.log.debug({ attempt, err: error }, 'transaction is tried again');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
    }
  }
}

async function attemptTransaction<T>(ctx: Ctx, fn: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await ctx.db.$client.connect();
  const tx = txOf(client, ctx.db);
  const afterwards: Array<() => void> = [];
  hooks.set(tx, afterwards);
  let broken: Error | undefined;
  try {
    // BEGIN is not waited for: it travels with the first statement of `fn`, which fails with it.
    const begun = client.query(BEGIN);
    begun.catch(() => undefined);
    const result = await fn(tx);
    await begun;
    await commit(ctx, client, tx, result);
    for (const hook of afterwards) hook();
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    hooks.delete(tx);
    // A connection that cannot even roll back is thrown away, not given to the next request.
    client.release(broken);
  }
}

async function commit(ctx: Ctx, client: pg.PoolClient, tx: Tx, result: unknown): Promise<void> {
  if (ctx.idempotency === undefined) return confirm(await client.query('commit'));
  const { credentialId, key, requestHash } = ctx.idempotency;
  const answer = ctx.idempotency.render(result);
  const stored = storeAnswer(tx, [
    ctx.shop.id,
    credentialId,
    key,
    requestHash,
    answer.status,
    JSON.stringify(answer.headers),
    answer.body,
    ctx.realNow,
  ]);
  // One round trip for both: when storing fails, the transaction is aborted and COMMIT rolls it back.
  const [kept, committed] = await Promise.allSettled([stored, client.query('commit')]);
  if (kept.status === 'rejected') {
    throw isUniqueViolation(kept.reason, 'idempotency_keys_pkey') ? new AnsweredMeanwhile() : kept.reason;
  }
  if (committed.status === 'rejected') throw committed.reason;
  confirm(committed.value);
}

/** Postgres answers COMMIT of a failed transaction with ROLLBACK and no error. */
function confirm(result: pg.QueryResult): void {
  if (result.command !== 'COMMIT')
    throw new Error(`the transaction was not committed but ended in ${result.command}`);
}

import type pg from 'pg';
import type { Ctx, IdempotentCall } from '../context.ts';
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
export const inTransaction = <T>(ctx: Ctx, fn: (tx: Tx) => Promise<T>): Promise<T> =>
  repeat(ctx, async (tx) => {
    // BEGIN is not waited for: it travels with the first statement of `fn`, which fails with it.
    const begun = tx.$client.query(BEGIN);
    begun.catch(() => undefined);
    const result = await fn(tx);
    await begun;
    await settle([], commit(ctx, tx, result));
    return result;
  });

/** What a transaction of one round trip sends, and what it comes to. */
export interface Sent<T> {
  readonly result: T;
  /** Every statement must fail by itself where its guard is missed: nobody looks at its answer before COMMIT. */
  readonly statements: readonly Promise<unknown>[];
}

/**
 * The same write path for what is known before anything is written: BEGIN, all statements, the stored answer and COMMIT
 * travel together and take one round trip. The first statement that fails undoes everything, and its error is thrown.
 * What has to be held and looked at before goes into `hold` and takes one more.
 */
export const inOneTrip = <T>(
  ctx: Ctx,
  send: (tx: Tx) => Sent<T>,
  hold?: (tx: Tx) => Promise<unknown>,
): Promise<T> =>
  repeat(ctx, async (tx) => {
    const begun = tx.$client.query(BEGIN);
    begun.catch(() => undefined);
    await hold?.(tx);
    const { result, statements } = send(tx);
    const sent = [begun, ...statements];
    // The answer may fail to be made; what was sent by then is nobody's any more.
    for (const statement of sent) statement.catch(() => undefined);
    await settle(sent, commit(ctx, tx, result));
    return result;
  });

async function repeat<T>(ctx: Ctx, run: (tx: Tx) => Promise<T>): Promise<T> {
  // The request may have been answered before; then nothing of it is done again.
  if (await ctx.idempotency?.earlier) throw new AnsweredMeanwhile();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptTransaction(ctx, run);
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isRetriable(error)) throw error;
      ctx.log.debug({ attempt, err: error }, 'transaction is tried again');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
    }
  }
}

async function attemptTransaction<T>(ctx: Ctx, run: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await ctx.db.$client.connect();
  const tx = txOf(client, ctx.db);
  const afterwards: Array<() => void> = [];
  hooks.set(tx, afterwards);
  let broken: Error | undefined;
  try {
    const result = await run(tx);
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

interface Commit {
  readonly stored: Promise<unknown>;
  readonly committed: Promise<pg.QueryResult>;
}

// One round trip for both: when storing fails, the transaction is aborted and COMMIT rolls it back.
function commit(ctx: Ctx, tx: Tx, result: unknown): Commit {
  const stored = ctx.idempotency ? keep(ctx, ctx.idempotency, tx, result) : Promise.resolve();
  return { stored, committed: tx.$client.query('commit') };
}

const keep = (
  ctx: Ctx,
  { credentialId, key, requestHash, render }: IdempotentCall,
  tx: Tx,
  result: unknown,
) => {
  const { status, headers, body } = render(result);
  const values = [
    ctx.shop.id,
    credentialId,
    key,
    requestHash,
    status,
    JSON.stringify(headers),
    body,
    ctx.realNow,
  ];
  return storeAnswer(tx, values);
};

/** Waits for everything that was sent; throws what failed first, because what follows only fails with it. */
async function settle(statements: readonly Promise<unknown>[], { stored, committed }: Commit): Promise<void> {
  const [kept, ended, ...sent] = await Promise.allSettled([stored, committed, ...statements]);
  const failed = sent.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  if (kept.status === 'rejected') {
    throw isUniqueViolation(kept.reason, 'idempotency_keys_pkey') ? new AnsweredMeanwhile() : kept.reason;
  }
  if (ended.status === 'rejected') throw ended.reason;
  confirm(ended.value);
}

/** Postgres answers COMMIT of a failed transaction with ROLLBACK and no error. */
function confirm(result: pg.QueryResult): void {
  if (result.command !== 'COMMIT')
    throw new Error(`the transaction was not committed but ended in ${result.command}`);
}

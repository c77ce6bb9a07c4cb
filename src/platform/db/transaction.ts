import type pg from 'pg';
import type { Ctx, IdempotentCall } from '../context.ts';
import { type Tx, txOf } from './client.ts';
import { isRetriable, isUniqueViolation } from './constraints.ts';
import { type Part, runParts } from './parts.ts';
import { preparedSql } from './prepared.ts';
import { BEGIN } from './session.ts';

const MAX_ATTEMPTS = 4;

const hooks = new WeakMap<Tx, Array<() => void>>();

/** Runs `hook` once the transaction is committed, never when it rolls back. */
export function afterCommit(tx: Tx, hook: () => void): void {
  hooks.get(tx)?.push(hook);
}

// Statements that were sent and are not waited for, by transaction.
const sent = new WeakMap<Tx, Promise<unknown>[]>();

/**
 * Sends a write whose answer nobody needs: what comes next travels right behind it on the same connection. When it fails, the
 * transaction fails with its error.
 */
export async function sendAlong(tx: Tx, write: Promise<unknown>): Promise<void> {
  const others = sent.get(tx);
  if (!others) return void (await write);
  write.catch(() => undefined);
  others.push(write);
}

/** A request with the same Idempotency-Key was committed while this one ran. Its answer is the truth. */
export class AnsweredMeanwhile extends Error {}

const STORE_ANSWER = `
  insert into idempotency_keys (shop_id, credential_id, key, request_hash, status, headers, body, created_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8)`;
const storeAnswer = preparedSql('store_idempotent_answer', STORE_ANSWER);

/**
 * The one write path: runs `fn` in a READ COMMITTED transaction, stores the idempotent answer in it, commits.
 * Runs it again, at most three times, after a deadlock or a serialisation failure. `fn` must not talk to
 * anything but the database: what has to leave the process is enqueued through the transaction.
 */
export const inTransaction = <T>(ctx: Ctx, fn: (tx: Tx) => Promise<T>): Promise<T> =>
  repeat(ctx, () => attempt(ctx, fn));

async function attempt<T>(ctx: Ctx, fn: (tx: Tx) => Promise<T>): Promise<T> {
  return onConnection(ctx, async (tx) => {
    // BEGIN is not waited for either: it travels with the first statement of `fn`.
    const along: Promise<unknown>[] = [];
    sent.set(tx, along);
    await sendAlong(tx, tx.$client.query(BEGIN));
    try {
      const result = await fn(tx);
      await commit(ctx, tx, result);
      return result;
    } catch (error) {
      // After a failure Postgres refuses whatever follows; the first one says why.
      for (const write of along) await write;
      throw error;
    } finally {
      sent.delete(tx);
    }
  });
}

/**
 * The same write path for what is known before anything is written: the parts and the stored answer are one statement. It is
 * its own transaction and takes one round trip and one answer. What comes `afterwards` runs once it is committed.
 */
export async function inOneStatement<T>(
  ctx: Ctx,
  result: T,
  parts: readonly Part[],
  afterwards: readonly (() => void)[] = [],
): Promise<T> {
  const kept = ctx.idempotency ? [answerPart(ctx, ctx.idempotency, result)] : [];
  await repeat(ctx, () => runParts(ctx.db, [...parts, ...kept]).catch(rethrowAnswered));
  for (const hook of afterwards) hook();
  return result;
}

const answerPart = (ctx: Ctx, call: IdempotentCall, result: unknown): Part => ({
  name: 'answer',
  ctes: `kept as (${STORE_ANSWER})`,
  values: answerValues(ctx, call, result),
});

async function repeat<T>(ctx: Ctx, run: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempts >= MAX_ATTEMPTS || !isRetriable(error)) throw error;
      ctx.log.debug({ attempts, err: error }, 'transaction is tried again');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempts));
    }
  }
}

async function onConnection<T>(ctx: Ctx, run: (tx: Tx) => Promise<T>): Promise<T> {
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

async function commit(ctx: Ctx, tx: Tx, result: unknown): Promise<void> {
  if (!ctx.idempotency) return confirm(await tx.$client.query('commit'));
  const stored = storeAnswer(tx, answerValues(ctx, ctx.idempotency, result)).catch(rethrowAnswered);
  // One round trip for both: when storing fails, the transaction is aborted and COMMIT rolls it back.
  const [kept, committed] = await Promise.allSettled([stored, tx.$client.query('commit')]);
  if (kept.status === 'rejected') throw kept.reason;
  if (committed.status === 'rejected') throw committed.reason;
  confirm(committed.value);
}

function answerValues(ctx: Ctx, { credentialId, key, requestHash, render }: IdempotentCall, result: unknown) {
  const { status, headers, body } = render(result);
  return [ctx.shop.id, credentialId, key, requestHash, status, JSON.stringify(headers), body, ctx.realNow];
}

function rethrowAnswered(error: unknown): never {
  throw isUniqueViolation(error, 'idempotency_keys_pkey') ? new AnsweredMeanwhile() : error;
}

/** Postgres answers COMMIT of a failed transaction with ROLLBACK and no error. */
function confirm(result: pg.QueryResult): void {
  if (result.command !== 'COMMIT')
    throw new Error(`the transaction was not committed but ended in ${result.command}`);
}

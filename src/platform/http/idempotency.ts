import type { FastifyRequest } from 'fastify';
import type { Answer, Ctx, Deps, IdempotentCall } from '../context.ts';
import type { Db } from '../db/client.ts';
import { preparedSql } from '../db/prepared.ts';
import { type Problem, platformErrors } from '../errors.ts';
import { type StoredAnswer, findStoredAnswer } from '../auth/stored-answers.ts';
import { PROBLEM_JSON, problemBody } from './error-handler.ts';

const WAIT_MS = 5_000;
const noTwin = (): void => undefined;
export const KEY_KEPT_DAYS = 7;

// The requests of this process that run under a key. A twin waits here, holding no database connection; twins in
// other processes meet at the unique index.
const runningOn = new WeakMap<Db, Map<string, Promise<void>>>();

function twinsOf(db: Db): Map<string, Promise<void>> {
  const known = runningOn.get(db);
  if (known) return known;
  const running = new Map<string, Promise<void>>();
  runningOn.set(db, running);
  return running;
}

const storeRefusal = preparedSql(
  'store_idempotent_refusal',
  `insert into idempotency_keys (shop_id, credential_id, key, request_hash, status, headers, body, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning status`,
);

/** The Idempotency-Key of a request; undefined also when it is broken, which `refuseBrokenKey` tells who may know. */
export function readIdempotencyKey({ headers, method }: FastifyRequest): string | undefined {
  const header = headers['idempotency-key'];
  return method === 'POST' && isKey(header) ? header : undefined;
}

const isKey = (header: unknown): header is string =>
  typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header);

/** Refuses a key that has not the form of one. */
export function refuseBrokenKey({ headers, method }: FastifyRequest): void {
  const header = headers['idempotency-key'];
  if (method !== 'POST' || header === undefined || isKey(header)) return;
  const detail = 'must be 1 to 255 printable ASCII characters without spaces';
  throw platformErrors.malformed_request('The Idempotency-Key is not valid.', {
    violations: [{ in: 'header', pointer: '/idempotency-key', code: 'wrong_format', detail }],
  });
}

/**
 * Runs `work` at most once per key: an earlier answer is sent again, a twin of this process is waited for.
 * `work` stores its answer itself, in the transaction of its effect.
 */
export async function once(
  deps: Deps,
  shopId: string,
  call: IdempotentCall,
  known: StoredAnswer | undefined,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const id = `${shopId}/${call.credentialId}/${call.key}`;
  if (known) return replay(call, known);
  const running = twinsOf(deps.db);
  for (let twin = running.get(id); twin; twin = running.get(id)) {
    await withinTime(twin);
    const answer = await readAnswer(deps, shopId, call);
    if (answer) return replay(call, answer);
  }
  let finish = noTwin;
  running.set(
    id,
    new Promise((resolve) => {
      finish = resolve;
    }),
  );
  try {
    return await work();
  } finally {
    running.delete(id);
    finish();
  }
}

async function withinTime(twin: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(platformErrors.idempotency_key_in_use()), WAIT_MS);
  });
  await Promise.race([twin, timeout]).finally(() => clearTimeout(timer));
}

/** The answer that was stored under the key of a request. */
export const readAnswer = (deps: Deps, shopId: string, { credentialId, key }: IdempotentCall) =>
  findStoredAnswer(deps.db, shopId, credentialId, key);

/** The answer that was committed while this request ran. */
export async function replayCommitted(ctx: Ctx, call: IdempotentCall): Promise<Answer> {
  const answer = await readAnswer(ctx, ctx.shop.id, call);
  if (!answer) throw platformErrors.idempotency_key_in_use();
  return replay(call, answer);
}

/** The stored answer, for the same request only. */
export function replay(call: IdempotentCall, { requestHash, status, headers, body }: StoredAnswer): Answer {
  if (!requestHash.equals(call.requestHash)) throw platformErrors.idempotency_key_reused();
  const stored = JSON.parse(headers) as Record<string, string>;
  return { status, headers: { ...stored, 'idempotency-replayed': 'true' }, body };
}

const TRANSIENT = new Set(['version_conflict', 'idempotency_key_in_use']);
/**
 * Refusals by a rule are answers and are kept; what may pass when it is tried again is not. Nor is a stale If-Match: the
 * header is no part of what the key stands for, and the corrected request comes with the same key.
 */
export const isKept = ({ definition }: Problem): boolean =>
  [404, 409, 422].includes(definition.status) && !TRANSIENT.has(definition.code);

/** Stores a refusal after its transaction rolled back. False when a twin's answer was there first. */
export async function keepRefusal(ctx: Ctx, call: IdempotentCall, problem: Problem): Promise<boolean> {
  const headers = JSON.stringify({ 'content-type': PROBLEM_JSON, ...problem.headers });
  const body = JSON.stringify(problemBody(problem, ctx.requestId));
  return keepAnswer(ctx, call, { status: problem.definition.status, headers, body });
}

/** Stores an answer outside of any transaction, for operations that write nothing. */
export async function keepAnswer(ctx: Ctx, call: IdempotentCall, answer: Omit<StoredAnswer, 'requestHash'>) {
  const { credentialId, key, requestHash } = call;
  const values = [
    ctx.shop.id,
    credentialId,
    key,
    requestHash,
    answer.status,
    answer.headers,
    answer.body,
    ctx.realNow,
  ];
  return (await storeRefusal(ctx.db, values)).length > 0;
}

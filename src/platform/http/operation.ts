import { Readable } from 'node:stream';
import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { authenticate, authenticateLink, type Authenticated } from '../auth/principals.ts';
import type { Access } from '../auth/permissions.ts';
import { shopTime } from '../clock.ts';
import type { Answer, Ctx, Deps, IdempotentCall } from '../context.ts';
import { AnsweredMeanwhile } from '../db/transaction.ts';
import { type ErrorDefinition, Problem, platformErrors } from '../errors.ts';
import { hashRequest } from './canonical.ts';
import { type Guesses, limitGuesses } from './guesses.ts';
import {
  isKept,
  keepAnswer,
  keepRefusal,
  once,
  readAnswer,
  readIdempotencyKey,
  refuseBrokenKey,
  replay,
  replayCommitted,
} from './idempotency.ts';
import type { Gate } from './load.ts';
import { describeOperation } from './openapi.ts';
import { type RateLimits, rateClassOf, takeRate } from './rate-limits.ts';

type StaticOr<T, Fallback> = T extends TSchema ? Static<T> : Fallback;

/** What a request says, as its schemas read it. */
interface InputOf<P, Q, B> {
  params: StaticOr<P, Record<string, never>>;
  query: StaticOr<Q, Record<string, never>>;
  body: StaticOr<B, undefined>;
}

/** One operation of the API: what the document says about it and the one call that it makes. */
export interface Operation<
  P extends TObject | undefined = TObject | undefined,
  Q extends TObject | undefined = TObject | undefined,
  B extends TSchema | undefined = TSchema | undefined,
  R extends TSchema = TSchema,
  Result = unknown,
> {
  /** The use case's name; unique and stable. */
  readonly operationId: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `{name}` parameters, as the document writes them. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly access: Access;
  /**
   * `required` where money or stock moves: without a key the request is refused. `none` where the answer holds a
   * secret, which must not lie in the table of answers for seven days: a key is not looked at.
   */
  readonly idempotency?: 'required' | 'none';
  /**
   * Nothing happens before the one statement or transaction that also keeps the answer: an earlier answer to the same key is
   * not looked for in advance, it shows there, or when the request fails otherwise.
   */
  readonly meetsEarlierAnswer?: true;
  /** The answer holds figures that change without its version: it is never answered with 304. */
  readonly holdsFigures?: true;
  /**
   * The answer is no JSON but text that is sent as it is made, of this media type: what is presented are its pieces. Of a GET, which keeps
   * no answer.
   */
  readonly streams?: 'text/csv' | 'application/x-ndjson';
  /**
   * Whether an outcome was a guess that went wrong, such as a code that nobody has: how many of them. Who calls from a front end and
   * has made too many is refused, whatever they guess then.
   */
  readonly guessesIn?: (
    outcome: { readonly result: NoInfer<Result> } | { readonly problem: Problem },
  ) => number;
  /** Whether a request guesses at all: what cannot be a guess is answered however many there were before. Absent: every one may be. */
  readonly mayGuess?: (input: NoInfer<InputOf<P, Q, B>>) => boolean;
  /** If-Match is honoured. */
  readonly versioned?: true;
  readonly bodyLimit?: number;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** `statuses`: the first is the usual one. */
  readonly success: {
    readonly statuses: readonly [number, ...number[]];
    readonly schema: R;
    readonly description: string;
  };
  /** Refusals beyond those that every operation of its kind can give. */
  readonly errors: readonly ErrorDefinition[];
  readonly example: {
    readonly params?: Record<string, string>;
    readonly query?: Record<string, unknown>;
    readonly body?: unknown;
  };
  readonly run: (ctx: Ctx, input: InputOf<P, Q, B>, request: FastifyRequest) => Promise<Result>;
  readonly present: (result: Result, ctx: Ctx) => Static<R>;
  readonly statusOf?: (result: Result) => number;
}

declare module 'fastify' {
  interface FastifyRequest {
    authenticated: Authenticated | null;
    idempotencyKey: string | undefined;
  }
  interface FastifyInstance {
    deps: Deps;
    operations: Map<string, Operation>;
    gate: Gate;
    rateLimits: RateLimits;
    guesses: Guesses;
  }
}

/** Registers an operation: schema, credentials, idempotency and versions work the same for all of them. */
export function operation<
  P extends TObject | undefined,
  Q extends TObject | undefined,
  B extends TSchema | undefined,
  R extends TSchema,
  Result,
>(app: FastifyInstance, definition: Operation<P, Q, B, R, Result>): void {
  const op = limitGuesses(app.guesses, definition as unknown as Operation);
  if (app.operations.has(op.operationId)) throw new Error(`operation ${op.operationId} is defined twice`);
  app.operations.set(op.operationId, op);
  app.route({
    method: op.method,
    url: op.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    schema: describeOperation(op),
    ...(op.bodyLimit === undefined ? {} : { bodyLimit: op.bodyLimit }),
    onRequest: async (request, reply) => admit(app, op, request, reply),
    handler: (request, reply) => app.gate.run(() => serve(app.deps, op, request, reply)),
  });
}

/** Checks credential, allowance, scope and then the key, all before the body is read. */
async function admit(
  { deps, rateLimits }: FastifyInstance,
  op: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (op.access.open) return takeRate(rateLimits, 'open', request, reply);
  const key = op.idempotency === 'none' ? undefined : readIdempotencyKey(request);
  const authenticated = await findCaller(deps, op, request, key).catch(async (error: unknown) => {
    // A right credential from the same address is not touched: behind it may be a whole shop's server.
    if (error instanceof Problem)
      await takeRate(rateLimits, op.access.link ? 'guessed' : 'refused', request, reply);
    throw error;
  });
  request.authenticated = authenticated;
  if (rateLimits.size > 0) await takeRate(rateLimits, rateClassOf(op, request), request, reply);
  if (!mayCall(op.access, authenticated)) {
    const needed = op.access.secret ? ` It needs a secret key with the scope ${op.access.secret}.` : '';
    throw platformErrors.insufficient_scope(`This credential may not call ${op.operationId}.${needed}`);
  }
  if (op.idempotency !== 'none') refuseBrokenKey(request);
  if (op.idempotency === 'required' && key === undefined) throw platformErrors.idempotency_key_missing();
  // All customers of a front end share its key: one's answer must not be another's, and what it may call writes nothing.
  request.idempotencyKey = authenticated.principal.kind === 'publishable' ? undefined : key;
}

const findCaller = (
  deps: Deps,
  { access }: Operation,
  { params, headers }: FastifyRequest,
  key: string | undefined,
): Promise<Authenticated> =>
  access.link === undefined
    ? authenticate(deps, headers.authorization, key)
    : authenticateLink(deps, (params as { token: string }).token, access.link, key);

function mayCall(access: Access, { principal }: Authenticated): boolean {
  if (principal.kind === 'publishable') return access.publishable === true;
  if (principal.kind === 'customer') return access.customer === true;
  if (principal.kind === 'link') return access.link !== undefined;
  return access.secret !== undefined && principal.scopes.includes(access.secret);
}

async function serve(
  deps: Deps,
  op: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { authenticated, idempotencyKey: key } = request;
  if (!op.body && !op.access.open) refuseBody(request);
  const input = { params: request.params, query: request.query, body: request.body } as never;
  if (!authenticated) {
    const ctx = { ...deps, requestId: request.id, realNow: deps.clock.now() } as unknown as Ctx;
    return send(reply, render(op, ctx, await op.run(ctx, input, request), reply));
  }
  const ctx = createContext(deps, authenticated, request);
  if (op.streams) return stream(op, op.present(await op.run(ctx, input, request), ctx), reply);
  if (key === undefined) {
    const answer = render(op, ctx, await op.run(ctx, input, request), reply);
    return send(reply, answer, op.holdsFigures ? undefined : request);
  }

  return send(reply, await serveOnce(op, ctx, key, input, request, reply));
}

// What is sent where nothing is taken is a mistake that must not pass silently.
function refuseBody({ body }: FastifyRequest): void {
  if (body == null || (typeof body === 'object' && Object.keys(body).length === 0)) return;
  const detail = 'This operation takes no body.';
  throw platformErrors.validation_failed(detail, {
    violations: [{ in: 'body', pointer: '', code: 'unknown_field', detail }],
  });
}

/** Serves a request with a key: its answer is stored, in the transaction of its effect where it has one. */
async function serveOnce(
  op: Operation,
  ctx: Ctx,
  key: string,
  input: never,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Answer> {
  let stored: Answer | undefined;
  let rendered: unknown;
  const call: IdempotentCall = {
    credentialId: request.authenticated?.principal.id ?? '',
    key,
    requestHash: hashRequest(request.method, request.url, request.body),
    render: (result) => {
      rendered = result;
      return (stored = render(op, ctx, result, reply));
    },
  };
  const earlier = op.meetsEarlierAnswer ? undefined : await request.authenticated?.answer?.();
  return once(ctx, ctx.shop.id, call, earlier, async () => {
    try {
      const result = await op.run({ ...ctx, idempotency: call }, input, request);
      // Otherwise the answer with a key would be made of something else than the answer without.
      if (stored && rendered !== result)
        throw new Error(`${op.operationId} must return what its transaction returned`);
      if (stored) return stored;
      const answer = render(op, ctx, result, reply);
      const isFirst = await keepAnswer(ctx, call, { ...answer, headers: JSON.stringify(answer.headers) });
      return isFirst ? answer : await replayCommitted(ctx, call);
    } catch (error) {
      if (error instanceof AnsweredMeanwhile) return replayCommitted(ctx, call);
      if (!(error instanceof Problem)) throw error;
      // An answer that was there before, or a twin's that was stored first, is the truth, also against a refusal of our own.
      if (isKept(error)) {
        if (!(await keepRefusal(ctx, call, error))) return replayCommitted(ctx, call);
      } else if (op.meetsEarlierAnswer) {
        const known = await readAnswer(ctx, ctx.shop.id, call);
        if (known) return replay(call, known);
      }
      throw error;
    }
  });
}

const ACTORS = { secret: 'api_key', publishable: 'api_key', customer: 'customer', link: 'link' } as const;

function createContext(deps: Deps, { principal, shop }: Authenticated, request: FastifyRequest): Ctx {
  const realNow = deps.clock.now();
  const isCustomer = principal.kind === 'customer';
  return {
    ...deps,
    log: request.log as Deps['log'],
    shop,
    actor: { kind: ACTORS[principal.kind], id: principal.id },
    customerId: isCustomer ? principal.id : undefined,
    isPublic: principal.kind === 'publishable',
    linkedId: principal.linkedId,
    now: shopTime(shop, realNow),
    realNow,
    requestId: request.id,
    expectedVersion: readIfMatch(request),
    idempotency: undefined,
  };
}

function readIfMatch(request: FastifyRequest): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return undefined;
  const version = /^"(\d{1,9})"$/.exec(header)?.[1];
  if (version !== undefined) return Number(version);
  const detail = 'must be a strong ETag that the API gave, such as "3"';
  throw platformErrors.malformed_request('If-Match is not valid.', {
    violations: [{ in: 'header', pointer: '/if-match', code: 'wrong_format', detail }],
  });
}

function render(op: Operation, ctx: Ctx, result: unknown, reply: FastifyReply): Answer {
  const body = op.present(result, ctx) as { version?: unknown };
  const status = op.statusOf?.(result) ?? op.success.statuses[0];
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (typeof body.version === 'number') headers['etag'] = `"${body.version}"`;
  // Serialising by the response schema needs the status that selects it.
  return { status, headers, body: reply.code(status).serialize(body) as string };
}

// What is read for it, is read while it is sent: a reader that stops to read stops the reading.
function stream(op: Operation, pieces: unknown, reply: FastifyReply): FastifyReply {
  const type = `${op.streams ?? ''}; charset=utf-8`;
  // A browser saves it under the last part of its path.
  const name = op.path.slice(op.path.lastIndexOf('/') + 1);
  reply
    .header('cache-control', 'no-store')
    .header('content-type', type)
    .header('content-disposition', `attachment; filename="${name}"`);
  return reply
    .code(op.success.statuses[0])
    .send(Readable.from(pieces as AsyncIterable<string>, { objectMode: false }));
}

function send(reply: FastifyReply, answer: Answer, request?: FastifyRequest): FastifyReply {
  const { etag } = answer.headers;
  reply.header('cache-control', 'no-store').headers(answer.headers);
  const matches =
    request?.method === 'GET' && etag !== undefined && request.headers['if-none-match'] === etag;
  return matches ? reply.code(304).send() : reply.code(answer.status).send(answer.body);
}

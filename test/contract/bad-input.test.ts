import t from 'tap';
import type { Operation } from '../../src/platform/http/operation.ts';
import { newId } from '../../src/platform/ids.ts';
import { type Answer, startApp, type TestShop } from '../support/app.ts';
import { fingerprint } from '../support/snapshot.ts';
import { type Prepared, prepare } from '../support/recipes.ts';
import { makeCustomer, tokenOf } from '../support/world.ts';

const app = await startApp(t);
const operations = [...app.app.operations.values()];

const pathOf = (op: Operation, params: Record<string, string>) =>
  op.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? newId()));

const usesSecret = (op: Operation) => op.access.secret !== undefined;
const ownToken = await tokenOf(app, (await makeCustomer(app)).id);
const credentialFor = (op: Operation, shop: TestShop) => {
  if (usesSecret(op)) return shop.secretKey;
  return op.access.publishable ? shop.publishableKey : ownToken;
};

/** A problem of the right shape, never a server error. */
function isProblem(
  t: { ok: (value: unknown, text: string) => unknown },
  answer: Answer,
  statuses: number[],
  what: string,
) {
  const { status, body, headers } = answer;
  const shape =
    statuses.includes(status) &&
    headers['content-type']?.startsWith('application/problem+json') === true &&
    body.status === status &&
    typeof body.code === 'string' &&
    typeof body.requestId === 'string' &&
    Array.isArray(body.errors) &&
    !JSON.stringify(body).includes('node_modules');
  t.ok(shape, `${what}: ${status} ${JSON.stringify(body).slice(0, 300)}`);
}

/** A request with one part exchanged. */
interface Attempt {
  readonly what: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly key?: null;
  readonly query?: Record<string, string>;
  readonly params?: Record<string, string>;
  readonly statuses: number[];
  /** The refusal must say where. */
  readonly points?: boolean;
}

async function send(op: Operation, prepared: Prepared, attempt: Attempt): Promise<Answer> {
  const path = pathOf(op, { ...prepared.params, ...attempt.params });
  const query = new URLSearchParams(
    Object.entries(op.example.query ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
  );
  for (const [key, value] of Object.entries(attempt.query ?? {})) query.set(key, value);
  return app.call(`${op.method} ${path}${query.size > 0 ? `?${query.toString()}` : ''}`, {
    body: 'body' in attempt ? attempt.body : prepared.body,
    as: credentialFor(op, app),
    ...(attempt.key === null ? { key: null } : {}),
    ...(attempt.headers ? { headers: attempt.headers } : {}),
  });
}

/** Every field of the example exchanged for what does not belong there. */
function* spoiledBodies(op: Operation, body: Record<string, unknown>): Generator<Attempt> {
  const properties = ((op.body as { properties?: object } | undefined)?.properties ?? {}) as Record<
    string,
    { minimum?: number }
  >;
  const bad = (what: string, value: unknown): Attempt => ({
    what,
    body: value,
    statuses: [400],
    points: true,
  });
  yield bad('an unknown field', { ...body, unknownField: 1 });
  yield bad('a list instead of an object', [body]);
  for (const [name, value] of Object.entries(body)) {
    const spoil = (what: string, spoiled: unknown) => bad(`${name}: ${what}`, { ...body, [name]: spoiled });
    yield spoil('wrong type', typeof value === 'object' ? 'text' : { nested: true });
    if (typeof value === 'number') {
      if ((properties[name]?.minimum ?? 0) >= 0) yield spoil('a negative number', -1);
      yield spoil('a fraction', 1.5);
      yield spoil('an overflow', 1e300);
      yield spoil('a number as text', '1');
    }
    if (typeof value === 'string') {
      yield spoil('U+0000', `a\u0000${value}`);
      yield spoil('half a surrogate pair', `\ud800${value}`);
      yield spoil('a very long text', 'x'.repeat(100_000));
    }
  }
}

function* attempts(op: Operation, prepared: Prepared): Generator<Attempt> {
  yield* badQueries(op);
  yield* badPathsAndHeaders(op, prepared);
  if (!op.body && op.method !== 'GET')
    yield { what: 'a body where none is taken', body: { a: 1 }, statuses: [400], points: true };
  if (op.body) yield* badBodies(op, prepared);
}

function* badQueries(op: Operation): Generator<Attempt> {
  yield {
    what: 'an unknown query parameter',
    query: { unknownParameter: '1' },
    statuses: [400],
    points: true,
  };
  if (op.query && 'limit' in op.query.properties) {
    for (const limit of ['0', '-1', '100000', 'many', '1.5']) {
      yield { what: `limit ${limit}`, query: { limit }, statuses: [400], points: true };
    }
  }
  if (op.query && 'cursor' in op.query.properties) {
    const cursors = [
      'x',
      Buffer.from('["orders","",{}]').toString('base64url'),
      Buffer.from('null').toString('base64url'),
    ];
    for (const cursor of cursors)
      yield { what: `cursor ${cursor}`, query: { cursor }, statuses: [400], points: true };
  }
}

function* badPathsAndHeaders(op: Operation, prepared: Prepared): Generator<Attempt> {
  for (const name of Object.keys(prepared.params)) {
    if (name === 'externalId') continue;
    if (name === 'token') {
      // A link's token is its credential: what is none is not found, whatever it looks like.
      for (const token of ['no-id', newId(), 'a\u0000', 'x'.repeat(300)])
        yield { what: `token ${token.slice(0, 40)}`, params: { token }, statuses: [404] };
      continue;
    }
    if (name === 'code') {
      // What was passed on is typed by people: what leads nowhere is not found.
      for (const code of ['no-id', newId()])
        yield { what: `code ${code}`, params: { code }, statuses: [404] };
      for (const code of ['a\u0000', 'x'.repeat(300)])
        yield { what: `code ${code.slice(0, 40)}`, params: { code }, statuses: [400], points: true };
      continue;
    }
    yield { what: `${name} is no id`, params: { [name]: 'no-id' }, statuses: [400], points: true };
    const absent = name === 'number' ? '999999999' : newId();
    if (name !== 'provider')
      yield { what: `${name} does not exist`, params: { [name]: absent }, statuses: [401, 404] };
    yield { what: `${name} holds U+0000`, params: { [name]: 'a\u0000' }, statuses: [400], points: true };
  }
  if (op.versioned) {
    yield { what: 'If-Match of another version', headers: { 'if-match': '"999999"' }, statuses: [412] };
    yield {
      what: 'If-Match that is no ETag',
      headers: { 'if-match': 'W/"x"' },
      statuses: [400],
      points: true,
    };
  }
  if (op.idempotency === 'required') yield { what: 'no Idempotency-Key', key: null, statuses: [400] };
}

function* badBodies(op: Operation, prepared: Prepared): Generator<Attempt> {
  yield {
    what: 'broken JSON',
    body: '{"a": ',
    headers: { 'content-type': 'application/json' },
    statuses: [400],
  };
  yield { what: 'no body', body: undefined, statuses: [400] };
  yield {
    what: 'another media type',
    body: '<a/>',
    headers: { 'content-type': 'text/xml' },
    statuses: [415],
  };
  yield {
    what: 'a body without end',
    body: '['.repeat(50_000),
    headers: { 'content-type': 'application/json' },
    statuses: [400],
  };
  yield {
    what: 'deep JSON',
    body: `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
    headers: { 'content-type': 'application/json' },
    statuses: [400],
  };
  yield* spoiledBodies(op, prepared.body as Record<string, unknown>);
}

async function tryAll(
  t: Parameters<typeof isProblem>[0],
  op: Operation,
  prepared: Prepared,
  list: Iterable<Attempt>,
) {
  for (const attempt of list) {
    const answer = await send(op, prepared, attempt);
    isProblem(t, answer, attempt.statuses, attempt.what);
    if (attempt.points) t.ok(answer.body.errors?.length > 0, `${attempt.what}: says where`);
  }
}

const writes = (op: Operation) => op.method !== 'GET' && !op.access.open;

for (const op of operations.filter((candidate) => !candidate.access.open)) {
  t.test(`bad input to ${op.operationId}`, async (t) => {
    const prepared = await prepare(app, app, op.operationId, op.example);
    const before = await fingerprint(app.deps.db);
    await tryAll(t, op, prepared, attempts(op, prepared));
    t.strictSame(await fingerprint(app.deps.db), before, 'nothing was written');
  });
}

t.ok(operations.some(writes), 'there are operations that write');

import t, { type Test } from 'tap';
import { type Answer, startApp } from '../support/app.ts';
import { fingerprint } from '../support/snapshot.ts';
import { type Prepared, prepare } from '../support/recipes.ts';
import { makeCustomer, makeLink, tokenOf } from '../support/world.ts';
import { createWrongCredentials, makeFalseCredentials, type Stranger } from './credentials.ts';
import { type Described, bodyOf, readDocument } from './document.ts';
import { ask, type Change, exampleOf } from './request.ts';
import { newId } from '../../src/platform/ids.ts';

// Every operation of the document, tried with every credential that must not open it. What is expected comes from the
// document alone, so a new operation is tried without a line here.

const app = await startApp(t);
const published = await readDocument(app);
const scopes = [...new Set(published.operations.flatMap((op) => op['x-scope'] ?? []))];
const falseCredentials = await makeFalseCredentials(app, scopes);
const wrongCredentials = createWrongCredentials(
  app,
  scopes,
  await tokenOf(app, (await makeCustomer(app)).id),
);

/** A declared refusal of that status and code, and nothing else. */
function isRefusal(t: Test, op: Described, answer: Answer, [status, code]: [number, string], what: string) {
  const fault = published.findFault(op, answer);
  t.equal(fault, undefined, `${what}: as the document says`);
  t.strictSame([answer.status, answer.body.code], [status, code], `${what}: ${status} ${code}`);
}

const without = (answer: Answer) => ({ ...answer.body, requestId: '' });

/** What is wrong with a request beside its credential, and must not be looked at before that. */
function noise(op: Described, prepared: Prepared): [what: string, Omit<Change, 'as'>][] {
  const ids = Object.keys(prepared.params);
  const json = { 'content-type': 'application/json' };
  return [
    ['an unknown parameter', { query: { unknownParameter: '1' } }],
    ...ids.flatMap((name): [string, Omit<Change, 'as'>][] => [
      [`${name} that does not exist`, { params: { [name]: newId() } }],
      [`${name} that is no id`, { params: { [name]: 'no-id' } }],
    ]),
    ...(op.method === 'POST'
      ? ([['a broken Idempotency-Key', { headers: { 'idempotency-key': 'two words' } }]] as [
          string,
          object,
        ][])
      : []),
    ...(op.method === 'GET'
      ? []
      : ([
          ['a stale If-Match', { headers: { 'if-match': '"999999"' } }],
          ['a broken If-Match', { headers: { 'if-match': 'W/"x"' } }],
          ['broken JSON', { body: '{"a":', headers: json }],
          ['another media type', { body: '<a/>', headers: { 'content-type': 'text/xml' } }],
          ['too large a body', { body: `"${'x'.repeat(11_000_000)}"`, headers: json }],
        ] as [string, object][])),
    ...(bodyOf(op) ? ([['an unknown field', { body: { unknownField: 1 } }]] as [string, object][]) : []),
  ];
}

async function tryEach(
  t: Test,
  op: Described,
  prepared: Prepared,
  strangers: Stranger[],
  refusal: [number, string],
) {
  const bodies = new Set<string>();
  for (const { what, as, headers = {} } of strangers) {
    const answer = await ask(app, op, prepared, { as, headers });
    isRefusal(t, op, answer, refusal, what);
    if (refusal[0] === 401)
      t.equal(answer.headers['www-authenticate'], 'Bearer realm="makegood"', `${what}: says how to log in`);
    bodies.add(JSON.stringify(without(answer)));
  }
  t.equal(bodies.size, 1, 'all of them read the same');
}

const closed = published.operations.filter((op) => op.security.length > 0);

for (const op of closed) {
  t.test(`strangers at ${op.operationId}`, async (t) => {
    const prepared = await prepare(app, app, op.operationId, exampleOf(op));
    const wrong = await wrongCredentials(op);
    const before = await fingerprint(app.deps.db);
    await tryEach(t, op, prepared, falseCredentials, [401, 'unauthenticated']);
    await tryEach(t, op, prepared, wrong, [403, 'insufficient_scope']);
    for (const [what, change] of noise(op, prepared)) {
      isRefusal(t, op, await ask(app, op, prepared, { ...change, as: null }), [401, 'unauthenticated'], what);
      const as = wrong[0]?.as ?? null;
      isRefusal(t, op, await ask(app, op, prepared, { ...change, as }), [403, 'insufficient_scope'], what);
    }
    t.strictSame(await fingerprint(app.deps.db), before, 'nothing was written');
  });
}

const open = published.operations.filter((candidate) => candidate.security.length === 0);
const isLink = (op: Described) =>
  op.parameters.some(({ in: part, name }) => part === 'path' && name === 'token');

/** What is no token of an open link, made of one that is. */
async function wrongTokens(settlementId: string, token: string): Promise<[what: string, token: string][]> {
  const link = () => makeLink(app, settlementId);
  const [revoked, expired] = [await link(), await link()];
  await app.call(`POST /v1/settlements/${settlementId}/links/${revoked.id}/revoke`);
  await app.deps.db.$client.query(
    `update links set created_at = now() - interval '2 days', expires_at = now() - interval '1 day' where id = $1`,
    [expired.id],
  );
  const other = await app.createShop();
  const ofOther = Buffer.from(other.shopId.replaceAll('-', ''), 'hex').toString('base64url');
  const last = token.endsWith('A') ? 'B' : 'A';
  return [
    ['a guess', `${token.slice(0, -1)}${last}`],
    ['a guess for another shop', `lk_${ofOther}${token.slice(25)}`],
    ['half a token', token.slice(0, 40)],
    ['more than a token', `${token}A`],
    ['a revoked one', revoked.token],
    ['an expired one', expired.token],
    ['a secret key', app.secretKey],
    ['no token at all', 'none'],
  ];
}

for (const op of open.filter(isLink)) {
  t.test(`guesses at ${op.operationId}`, async (t) => {
    const prepared = await prepare(app, app, op.operationId, exampleOf(op));
    const token = prepared.params['token'] ?? '';
    const { rows } = await app.deps.db.$client.query(
      'select subject_id from links order by created_at desc limit 1',
    );
    const guesses = await wrongTokens(rows[0].subject_id, token);
    const before = await fingerprint(app.deps.db);
    const answers = new Set<string>();
    for (const [what, guess] of guesses) {
      const answer = await ask(app, op, prepared, { params: { token: guess }, as: null });
      isRefusal(t, op, answer, [404, 'not_found'], what);
      answers.add(JSON.stringify(without(answer)));
    }
    t.equal(answers.size, 1, 'all of them read the same');
    t.strictSame(await fingerprint(app.deps.db), before, 'nothing was written');
    const given = await ask(app, op, prepared, { as: null });
    t.ok(given.status < 300, `the token opens it: ${given.status}`);
  });
}

// Without a credential a request proves itself by its signature: every part of it counts.
for (const op of open.filter((candidate) => !isLink(candidate))) {
  t.test(`forgeries at ${op.operationId}`, async (t) => {
    const prepared = await prepare(app, app, op.operationId, exampleOf(op));
    const refusal = Object.entries(op.responses).find(([status]) => status === '401')?.[1].description;
    const code = /^`(\w+)`/.exec(refusal ?? '')?.[1] ?? 'no refusal declared';
    const { shopId: otherShopId } = await app.createShop();
    const before = await fingerprint(app.deps.db);
    const text = prepared.payload?.toString() ?? '';
    const signatures = Object.keys(prepared.headers ?? {}).filter((name) => name !== 'content-type');
    t.ok(text.length > 0 && signatures.length > 0, 'there is something to forge');
    const forged: [string, Omit<Change, 'as'>][] = [
      ['another body', { body: Buffer.from(`${text} `) }],
      ['an empty body', { body: Buffer.from('{}') }],
      ['a shop that is not there', { params: { shopId: newId() } }],
      ['another shop', { params: { shopId: otherShopId } }],
      ...signatures.flatMap((name): [string, Omit<Change, 'as'>][] => {
        const given = prepared.headers?.[name] ?? '';
        const other = given.endsWith('0') ? '1' : '0';
        return ['', 'x', `${given.slice(0, -1)}${other}`, given.slice(0, -2), given.repeat(2)].map(
          (value) => [`${name}: ${value.slice(0, 20)}`, { headers: { [name]: value } }],
        );
      }),
    ];
    for (const [what, change] of forged)
      isRefusal(t, op, await ask(app, op, prepared, { ...change, as: null }), [401, code], what);
    t.strictSame(await fingerprint(app.deps.db), before, 'nothing was written');
    t.equal((await ask(app, op, prepared, { as: null })).status, 200, 'the genuine one is taken');
  });
}

t.ok(closed.length > 40, `${closed.length} operations ask for a credential`);

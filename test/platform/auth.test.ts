import { setTimeout as sleep } from 'node:timers/promises';
import { createHmac } from 'node:crypto';
import t from 'tap';
import { customerTokens } from '../../src/platform/auth/tokens.ts';
import { newId } from '../../src/platform/ids.ts';
import { startApp, type TestShop } from '../support/app.ts';
import { makeOrder } from '../support/world.ts';
import { addCustomer, ok } from '../modules/orders/support.ts';

const clock = { ahead: 0, now: () => new Date(Date.now() + clock.ahead) };
const app = await startApp(t, { clock });
const HOUR_MS = 3_600_000;

const makeKey = (body: object, shop: TestShop = app): Promise<any> =>
  ok(shop.call('POST /v1/api-keys', { body: { kind: 'secret', name: 'Test', ...body } }));
const orders = (as: string | null) => app.call('GET /v1/orders', { as });
const READS = { scopes: ['orders:read'] };

/** Every wrong credential looks the same: nothing tells a stranger how close they came. */
async function refusal(t: Tap, as: string | null, what: string): Promise<void> {
  const { status, body, headers } = await orders(as);
  const { requestId, ...rest } = body;
  t.ok(requestId);
  t.same(
    { status, challenge: headers['www-authenticate'], ...rest },
    {
      status: 401,
      challenge: 'Bearer realm="makegood"',
      type: '/errors#unauthenticated',
      title: 'The credential is missing, unknown, expired or revoked',
      detail: 'The credential is missing, unknown, expired or revoked',
      code: 'unauthenticated',
      errors: [],
    },
    what,
  );
}
type Tap = { ok(value: unknown): unknown; same(found: unknown, wanted: unknown, text: string): unknown };

t.test('what is no credential is 401, always the same', async (t) => {
  const { key } = await makeKey(READS);
  t.equal((await orders(key)).status, 200);
  const other = await app.createShop();
  const wrong: [string, string | null][] = [
    ['none', null],
    ['garbage', 'garbage'],
    ['an empty one', ''],
    ['another mode', key.replace('sk_test_', 'sk_live_')],
    ['another kind', key.replace('sk_test_', 'pk_test_')],
    ['one character less', key.slice(0, -1)],
    ['one character more', `${key}A`],
    ['another last character', key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A')],
    ['another shop', key.slice(0, 8) + other.secretKey.slice(8, 30) + key.slice(30)],
    ['two of them', `${key} ${key}`],
    ['very long', 'x'.repeat(5000)],
    ['of a shop that does not exist', `sk_test_${'A'.repeat(54)}`],
  ];
  for (const [what, as] of wrong) await refusal(t, as, what);
  for (const header of [`Basic ${key}`, key, `Bearer  ${key}`, `Token ${key}`]) {
    const answer = await app.call('GET /v1/orders', { as: null, headers: { authorization: header } });
    t.equal(answer.status, 401, header.slice(0, 10));
  }
  const lower = await app.call('GET /v1/orders', { as: null, headers: { authorization: `bearer ${key}` } });
  t.equal(lower.status, 200, 'the name of the scheme has no case');
});

t.test('a key that is revoked or expired does not count any more', async (t) => {
  t.teardown(() => (clock.ahead = 0));
  const made = await makeKey(READS);
  const revoked = await ok(app.call(`POST /v1/api-keys/${made.id}/revoke`));
  t.ok(revoked.revokedAt);
  await refusal(t, made.key, 'revoked');
  const again = await ok(app.call(`POST /v1/api-keys/${made.id}/revoke`));
  t.equal(again.revokedAt, revoked.revokedAt);
  const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
  const { key } = await makeKey({ ...READS, expiresAt });
  await ok(app.call('POST /v1/test-clock/advance', { body: { byMinutes: 120 } }));
  t.equal((await orders(key)).status, 200, 'keys go by real time, not by the test clock');
  clock.ahead = HOUR_MS - 5_000;
  t.equal((await orders(key)).status, 200);
  clock.ahead = HOUR_MS + 1_000;
  await refusal(t, key, 'expired');
  const other = await app.createShop();
  t.equal((await other.call(`POST /v1/api-keys/${made.id}/revoke`)).status, 404);
});

t.test('a key is shown once, and only its hash is kept', async (t) => {
  const shop = await app.createShop();
  const { key, id, hint } = await makeKey(READS, shop);
  t.match(key, /^sk_test_[\w-]{54}$/);
  const listed = (await ok(shop.call('GET /v1/api-keys'))).data;
  t.match(listed[0], { id, hint, scopes: READS.scopes, revokedAt: null });
  const secret = key.slice(30, -4);
  t.notOk(JSON.stringify(listed).includes(secret));
  for (const table of ['api_keys', 'idempotency_keys', 'audit_entries', 'outbox']) {
    const { rows } = await app.deps.db.$client.query(`select t::text as row from ${table} t`);
    t.notOk(JSON.stringify(rows).includes(secret), table);
  }
  const live = await app.createShop({ mode: 'live' });
  t.match(live.secretKey, /^sk_live_/);
  t.match((await makeKey({ kind: 'publishable', scopes: ['orders:read'] }, live)).scopes, []);
});

t.test('a scope opens what it names, and nothing else', async (t) => {
  const { key } = await makeKey(READS);
  const status = async (target: string, body?: object) => {
    const answer = await app.call(target, { as: key, ...(body ? { body } : {}) });
    if (answer.status === 403) t.equal(answer.body.code, 'insufficient_scope');
    return answer.status;
  };
  t.equal(await status('GET /v1/orders'), 200);
  t.equal(await status('POST /v1/orders', {}), 403);
  t.equal(await status('GET /v1/products'), 403);
  t.equal(await status('POST /v1/api-keys', { kind: 'secret', name: 'More', scopes: [] }), 403);
  t.equal(await status('GET /v1/changes'), 403);
  const none = await makeKey({ scopes: [] });
  t.equal((await orders(none.key)).status, 403);
  const unknown = await app.call('POST /v1/api-keys', {
    body: { kind: 'secret', name: 'x', scopes: ['everything'] },
  });
  t.match([unknown.status, unknown.body.errors[0].pointer], [400, '/scopes/0']);
});

t.test('a publishable key reads what everybody may know', async (t) => {
  const as = app.publishableKey;
  t.equal((await app.call('GET /v1/orders', { as })).status, 403);
  t.equal((await app.call('POST /v1/orders', { as, body: {} })).status, 403);
  t.equal((await app.call('GET /v1/api-keys', { as })).status, 403);
  t.equal((await app.call('POST /v1/quotes', { as, body: { lines: [] } })).status, 400, 'it may ask');
});

t.test('a customer token lets a customer see their own, for a time', async (t) => {
  t.teardown(() => (clock.ahead = 0));
  const maria = await addCustomer(app);
  const mine = await makeOrder(app, { customerId: maria.id });
  await makeOrder(app);
  const seen = await orders(maria.token);
  t.same(
    seen.body.data.map(({ id }: any) => id),
    [mine.id],
  );
  t.equal((await app.call('GET /v1/products', { as: maria.token })).status, 403, '403: known, not allowed');
  clock.ahead = HOUR_MS + 1_000;
  await refusal(t, maria.token, 'expired');
});

t.test('a forged, foreign or revoked customer token is 401', async (t) => {
  const maria = await addCustomer(app);
  const [head, payload] = maria.token.split('.');
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sign = (header: string, body: string, secret: string) =>
    `${header}.${body}.${createHmac('sha256', secret).update(`${header}.${body}`).digest('base64url')}`;
  const secret = app.deps.config.tokenSecret;
  t.equal((await orders(sign(head ?? '', encode(claims), secret))).status, 200, 'signed as we do it');
  const { aud: _aud, ...withoutAudience } = claims;
  const forged: [string, string][] = [
    ['another secret', sign(head ?? '', encode(claims), 'another secret of 32 characters, or more')],
    ['another customer', `${head}.${encode({ ...claims, sub: newId() })}.${maria.token.split('.')[2]}`],
    ['no algorithm', `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`],
    ['another audience', sign(head ?? '', encode({ ...claims, aud: 'quote' }), secret)],
    ['no audience', sign(head ?? '', encode(withoutAudience), secret)],
    ['a shop that does not exist', sign(head ?? '', encode({ ...claims, shop: newId() }), secret)],
  ];
  for (const [what, token] of forged) await refusal(t, token, what);

  const other = await app.createShop();
  const there = customerTokens(app.deps.config, clock).sign({ shop: other.shopId, sub: maria.id }, 60);
  t.same((await orders(there.token)).body.data, [], 'of another shop: sees that shop, as nobody');
  await app.deps.db.$client.query(
    'insert into revoked_customers (shop_id, customer_id, revoked_at) values ($1, $2, $3)',
    [app.shopId, maria.id, new Date(Date.now() + 1_000)],
  );
  // A change made beside the API is told by the database, after its commit.
  for (let i = 0; i < 500 && (await orders(maria.token)).status === 200; i += 1) await sleep(10);
  await refusal(t, maria.token, 'revoked');
  const ana = await addCustomer(app);
  t.equal((await orders(ana.token)).status, 200);
});

t.test('what is not there and what another shop owns look the same', async (t) => {
  const other = await app.createShop();
  const theirs = await makeOrder(other);
  const strip = ({ status, body }: { status: number; body: any }) => {
    const { requestId: _id, ...rest } = body;
    return { status, ...rest };
  };
  const foreign = strip(await app.call(`GET /v1/orders/${theirs.id}`));
  t.same(foreign, strip(await app.call(`GET /v1/orders/${newId()}`)));
  t.equal(foreign.status, 404);
});

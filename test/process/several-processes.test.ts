import pg from 'pg';
import t, { type Test } from 'tap';
import { newId } from '../../src/platform/ids.ts';
import { startReceiver } from '../platform/webhooks/support.ts';
import { createTestDatabase } from '../support/database.ts';
import {
  type Answer,
  caller,
  checkInvariantsOf,
  makeProduct,
  makeShop,
  type Program,
  run,
  startServer,
  TOKEN_SECRET,
  until,
} from './support.ts';

const { url } = await createTestDatabase(t);
const { secretKey } = await makeShop(url);
const database = new pg.Client({ connectionString: url });
await database.connect();
t.teardown(() => database.end());

const env = { DATABASE_URL: url, TOKEN_SECRET, DATA_DIR: '/nonexistent', WEBHOOK_PRIVATE_ADDRESSES: 'on' };
const startWorker = async (t: Test): Promise<Program> => {
  const worker = run(t, 'worker', { ...env, LOG_LEVEL: 'info' });
  await worker.says(/the worker runs/);
  return worker;
};
const startApi = (t: Test) => startServer(t, { ...env, WORKER: 'off' });

// Two that answer, two that work, on one database.
const [a, b, one, two] = await Promise.all([startApi(t), startApi(t), startWorker(t), startWorker(t)]);
const [callA, callB] = [caller(a.url, secretKey), caller(b.url, secretKey)];
const receiver = await startReceiver(t);
const endpoint = { url: receiver.url, types: ['order.placed', 'order.paid'] };
await callA('POST /v1/webhook-endpoints', { body: endpoint });
const productId = await makeProduct({ call: callA });
const lines = [{ productId, quantity: 1 }];
const placedKeys = new Set<string>();

const place = (call: typeof callA, key: string): Promise<Answer> => {
  placedKeys.add(key);
  return call('POST /v1/orders', { body: { lines }, key });
};
const count = async (sql: string): Promise<number> => {
  const { rows } = await database.query<{ n: number }>(`select (${sql})::int as n`);
  return rows[0]?.n ?? 0;
};

t.test('a key that was used in one process is known in the other', async (t) => {
  for (const [here, there] of [
    [callA, callB],
    [callB, callA],
  ] as const) {
    const key = newId();
    const first = await place(here, key);
    const again = await place(there, key);
    t.equal(first.status, 201);
    t.same([again.status, again.body], [201, first.body]);
    t.equal(again.headers.get('idempotency-replayed'), 'true');
    const other = await there('POST /v1/orders', { body: { lines: [...lines, ...lines] }, key });
    t.match(other, { status: 422, body: { code: 'idempotency_key_reused' } });
  }
});

t.test('a key that is revoked in one process is refused by the other', async (t) => {
  const made = await callA('POST /v1/api-keys', {
    body: { kind: 'secret', name: 'ERP', scopes: ['orders:read'] },
  });
  const [hereA, hereB] = [caller(a.url, made.body.key), caller(b.url, made.body.key)];
  const statusOf = async (call: typeof callA) => (await call('GET /v1/orders?limit=1')).status;
  // Long enough that the other process remembers it.
  for (let i = 0; i < 30; i += 1) t.equal(await statusOf(hereB), 200);
  t.equal((await callA(`POST /v1/api-keys/${made.body.id}/revoke`)).status, 200);
  t.equal(await statusOf(hereA), 401, 'at once where it was revoked');
  await until('the other process refuses it', async () => (await statusOf(hereB)) === 401);
  for (let i = 0; i < 30; i += 1) t.equal(await statusOf(hereB), 401, 'and goes on to');
});

t.test('a clock that is moved in one process has moved in the other', async (t) => {
  const order = (await place(callB, newId())).body;
  const nowOf = async (call: typeof callA) => Date.parse((await call('GET /v1/test-clock')).body.now);
  const before = await nowOf(callB);
  const days = 3;
  const moved = await callA('POST /v1/test-clock/advance', { body: { byMinutes: days * 24 * 60 } });
  t.equal(moved.status, 200);
  await until('it has moved', async () => (await nowOf(callB)) - before >= days * 86_400_000);
  t.ok((await nowOf(callB)) - before < (days + 1) * 86_400_000, 'once');
  const lapsed = await callB(`GET /v1/orders/${order.id}`);
  t.match(lapsed.body, { status: 'cancelled', cancelReason: 'lapsed' });
  const later = await place(callB, newId());
  t.ok(Date.parse(later.body.placedAt) - before >= days * 86_400_000, 'what is placed now is placed then');
});

/** Waits until nothing is left to do, and checks that each thing was done once. */
async function checkDoneOnce(t: Test, paid: readonly string[]): Promise<void> {
  const isPaid = async () =>
    (await count(
      `select count(*) from orders where id::text = any('{${paid.join()}}') and status = 'paid'`,
    )) === paid.length;
  await until('the workers charge every payment', isPaid);
  const waiting = `select count(*) from outbox o where position is null
    or (type in ('order.placed', 'order.paid') and not exists
      (select from webhook_deliveries d where d.event_id = o.id and d.state = 'succeeded'))`;
  await until('every event is numbered and delivered', async () => (await count(waiting)) === 0);
  t.equal(
    await count('select count(*) from simulator_charges where calls <> 1'),
    0,
    'each charged by one job',
  );
  const { rows } = await database.query<{ id: string; type: string; position: string }>(
    'select id, type, position from outbox order by position',
  );
  t.same(
    rows.map(({ position }) => Number(position)),
    rows.map((_, index) => index + 1),
    'events are numbered once, without a gap',
  );
  t.equal(await count('select count(*) from orders'), placedKeys.size, 'each key made one order');
  const wanted = rows.filter(({ type }) => endpoint.types.includes(type)).map(({ id }) => id);
  const got = receiver.received.map(({ body, headers }) => String(headers['webhook-id'] ?? body.id));
  t.equal(got.length, wanted.length, 'as many deliveries as events');
  t.equal(new Set(got).size, wanted.length, 'none twice');
}

t.test('two workers share the work of two servers, and each thing is done once', async (t) => {
  const calls = [callA, callB];
  const keys = Array.from({ length: 40 }, () => newId());
  const twins = await Promise.all(keys.flatMap((key) => calls.map((call) => place(call, key))));
  t.same(new Set(twins.map(({ status }) => status)), new Set([201]));
  const orders = [...new Set(twins.map(({ body }) => body.id as string))];
  t.equal(orders.length, keys.length);
  const paying = await Promise.all(
    orders.map((id, i) =>
      (i % 2 === 0 ? callA : callB)(`POST /v1/orders/${id}/payments`, { body: { provider: 'simulator' } }),
    ),
  );
  t.same(new Set(paying.map(({ status }) => status)), new Set([201]));
  await checkDoneOnce(t, orders);
});

t.test('kill -9 of a server and of a worker: the others go on', async (t) => {
  process.kill(one.pid, 'SIGKILL');
  t.equal(await one.ended, 'SIGKILL');
  const keys = Array.from({ length: 60 }, () => newId());
  const [known, cut] = [keys.slice(0, 5), keys.slice(5, 35)];
  const firsts = await Promise.all(known.map((key) => place(callA, key)));
  // What the server works on when it dies waits for a row that is held here: none of it is answered.
  await database.query('begin');
  await database.query('select 1 from stock_items where product_id = $1 for update', [productId]);
  const asked = cut.map((key) => place(callA, key).catch(() => undefined));
  await until(
    'it works on them',
    async () => (await count('select count(*) from pg_locks where not granted')) > 0,
  );
  process.kill(a.pid, 'SIGKILL');
  t.equal(await a.ended, 'SIGKILL');
  await database.query('rollback');
  t.same(new Set(await Promise.all(asked)), new Set([undefined]), 'all of them were cut off');
  // Postgres may have done what nobody was told of. Not knowing, they ask the other server with the same keys.
  const results = await Promise.all(keys.map((key) => place(callB, key)));
  t.same(new Set(results.map(({ status }) => status)), new Set([201]));
  for (const [i, first] of firsts.entries()) t.same(results[i]?.body, first.body);
  const orders = results.slice(0, 20).map(({ body }) => body.id as string);
  await Promise.all(
    orders.map((id) => callB(`POST /v1/orders/${id}/payments`, { body: { provider: 'simulator' } })),
  );
  await checkDoneOnce(t, orders);
  await checkInvariantsOf(t, url);
  for (const program of [b, two]) process.kill(program.pid, 'SIGTERM');
  t.same(await Promise.all([b.ended, two.ended]), [0, 0], b.output() + two.output());
});

import { readdirSync } from 'node:fs';
import pg from 'pg';
import t, { type Test } from 'tap';
import { newId } from '../../src/platform/ids.ts';
import { createTestDatabase } from '../support/database.ts';
import { caller, makeProduct, run, runCommand, startServer, TOKEN_SECRET, until } from './support.ts';

// A database of the operator's own, and empty: a migrated one is made for each test file, so this is one more.
const own = new URL((await createTestDatabase(t)).url);
const admin = new pg.Client({ connectionString: own.href });
await admin.connect();
t.teardown(() => admin.end());
own.pathname += '_own';
await admin.query(`create database ${own.pathname.slice(1)} template template0`);
t.teardown(() => admin.query(`drop database ${own.pathname.slice(1)} with (force)`));

const env = { DATABASE_URL: own.href, TOKEN_SECRET, LOG_LEVEL: 'warn', DATA_DIR: '/nonexistent' };

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: own.href });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function makeShop(t: Test): Promise<string> {
  const options = ['--name', 'Own', '--currency', 'EUR', '--timezone', 'Europe/Berlin', '--test'];
  const created = await runCommand(t, 'cli/shops', env, ['create', ...options]);
  t.equal(created.code, 0, created.output);
  return /sk_test_\S+/.exec(created.output)?.[0] ?? '';
}

t.test('two servers and a worker start on an empty database at once', async (t) => {
  const worker = run(t, 'worker', { ...env, LOG_LEVEL: 'info' });
  const [a, b] = await Promise.all([
    startServer(t, { ...env, WORKER: 'off' }),
    startServer(t, { ...env, WORKER: 'off' }),
    worker.says(/the worker runs/),
  ]);
  const migrations = readdirSync('migrations').filter((name) => name.endsWith('.sql'));
  t.same(
    await query('select name from schema_migrations order by name'),
    migrations.toSorted().map((name) => ({ name })),
    'each migration was run once',
  );
  t.same(await query('select id from shops'), [], 'nothing is seeded');
  t.notMatch(a.output(), /sk_test_|curl/);

  const key = await makeShop(t);
  const [callA, callB] = [caller(a.url, key), caller(b.url, key)];
  const body = { lines: [{ productId: await makeProduct({ call: callA }), quantity: 2 }] };
  const sameKey = newId();
  const twins = await Promise.all(
    [callA, callB, callA, callB].map((call) => call('POST /v1/orders', { body, key: sameKey })),
  );
  t.same(
    twins.map(({ status }) => status),
    [201, 201, 201, 201],
  );
  t.equal(new Set(twins.map((twin) => twin.body.id)).size, 1, 'one order, whichever server is asked');

  const { id } = twins[0]?.body ?? {};
  const paying = await callA(`POST /v1/orders/${id}/payments`, { body: { provider: 'simulator' } });
  t.match(paying, { status: 201, body: { state: 'created' } });
  const isPaid = async () => (await callB(`GET /v1/orders/${id}`)).body.status === 'paid';
  await until('the worker charges the payment', isPaid);
  const feed = async () => (await callB('GET /v1/changes')).body.data.map((event: any) => event.type);
  await until('the worker numbers the events', async () => (await feed()).includes('order.paid'));

  const { port } = new URL(a.url);
  const third = await runCommand(t, 'main', { ...env, PORT: port });
  t.equal(third.code, 1);
  t.match(third.output, /^listen EADDRINUSE: address already in use \S+$/m, 'why, in one line');

  for (const program of [worker, a, b]) process.kill(program.pid, 'SIGTERM');
  t.same(await Promise.all([worker.ended, a.ended, b.ended]), [0, 0, 0]);
  t.notMatch(a.output() + b.output() + worker.output(), /"level":[456]0/, 'nothing is worth a warning');
});

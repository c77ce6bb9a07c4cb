import pg from 'pg';
import t, { type Test } from 'tap';
import { openDatabase } from '../../src/platform/db/client.ts';
import { postgresError } from '../../src/platform/db/constraints.ts';
import { isDirect } from '../../src/platform/db/direct.ts';
import { runParts } from '../../src/platform/db/parts.ts';
import { keepsSession } from '../../src/platform/db/session.ts';
import { newId } from '../../src/platform/ids.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { createTestDatabase } from '../support/database.ts';
import { findPgBouncer, followsPrepared, type Pooler, startPooler } from '../support/pooler.ts';
import {
  caller,
  checkInvariantsOf,
  makeProduct,
  run,
  runCommand,
  type Server,
  startServer,
  TOKEN_SECRET,
  until,
} from './support.ts';

const version = findPgBouncer();
const skip = version === undefined && 'PgBouncer is not installed (apt-get install pgbouncer)';
// Fewer connections to Postgres than the processes have to the pooler: sessions change hands all the time.
const POOL_SIZE = 3;

interface Stage {
  readonly env: Record<string, string>;
  readonly directUrl: string;
  readonly pooledUrl: string;
}

/** An empty database and a pooler before it. */
async function setStage(t: Test, prepared: boolean): Promise<Stage> {
  const direct = new URL((await createTestDatabase(t)).url);
  const admin = new pg.Client({ connectionString: direct.href });
  await admin.connect();
  t.teardown(() => admin.end());
  direct.pathname += '_empty';
  await admin.query(`create database ${direct.pathname.slice(1)} template template0`);
  t.teardown(() => admin.query(`drop database ${direct.pathname.slice(1)} with (force)`));
  const options = { poolSize: POOL_SIZE, maxPreparedStatements: prepared ? 200 : 0 };
  const pooler: Pooler = await startPooler(direct.href, options);
  t.teardown(() => pooler.stop());
  const pooledUrl = pooler.through(direct.href);
  const env = {
    DATABASE_URL: pooledUrl,
    PREPARED_STATEMENTS: prepared ? 'on' : 'off',
    TOKEN_SECRET,
    LOG_LEVEL: 'warn',
    DATA_DIR: '/nonexistent',
  };
  return { env, directUrl: direct.href, pooledUrl };
}

async function makeKey(t: Test, env: Record<string, string>): Promise<string> {
  const options = ['--name', 'Pooled', '--currency', 'EUR', '--timezone', 'Europe/Berlin', '--test'];
  const created = await runCommand(t, 'cli/shops', env, ['create', ...options]);
  t.equal(created.code, 0, created.output);
  return /sk_test_\S+/.exec(created.output)?.[0] ?? '';
}

type Call = ReturnType<typeof caller>;

/** Places many orders at once, each key twice, and follows one to its end. */
async function tour(t: Test, calls: readonly [Call, Call]): Promise<void> {
  const [a, b] = calls;
  const productId = await makeProduct({ call: a });
  const body = { lines: [{ productId, quantity: 1 }] };
  const keys = Array.from({ length: 24 }, () => newId());
  const answers = await Promise.all(
    keys.flatMap((key) => calls.map((call) => call('POST /v1/orders', { body, key }))),
  );
  t.same(new Set(answers.map(({ status }) => status)), new Set([201]));
  t.equal(new Set(answers.map((answer) => answer.body.id)).size, keys.length, 'each key made one order');
  t.match((await a(`GET /v1/products/${productId}/stock`)).body, { reservedQuantity: keys.length });

  const { id } = answers[0]?.body ?? {};
  const paying = await a(`POST /v1/orders/${id}/payments`, { body: { provider: 'simulator' } });
  t.equal(paying.status, 201, JSON.stringify(paying.body));
  const isPaid = async () => (await b(`GET /v1/orders/${id}`)).body.status === 'paid';
  await until('the worker charges the payment', isPaid);
  const shipped = await b(`POST /v1/orders/${id}/ship`, { body: {} });
  const parcel = shipped.body.shipments[0].id;
  t.equal((await a(`POST /v1/orders/${id}/shipments/${parcel}/deliver`)).status, 200);
  t.match(await b(`POST /v1/orders/${id}/complete`), { status: 200, body: { status: 'completed' } });

  // An order nobody pays lapses when the clock passes its time: the sweeps run in the call.
  t.equal((await a('POST /v1/test-clock/advance', { body: { byMinutes: 3 * 24 * 60 } })).status, 200);
  const other = answers.at(-1)?.body.id;
  t.match(await b(`GET /v1/orders/${other}`), { body: { status: 'cancelled', cancelReason: 'lapsed' } });
  const feed = async () => (await b('GET /v1/changes?limit=1000')).body.data;
  const isNumbered = async () =>
    (await feed()).some((event: any) => event.type === 'order.completed' && event.subjectId === id);
  await until('the worker numbers the events', isNumbered);
  const events = await feed();
  const placed = events.filter((event: any) => event.type === 'order.placed');
  t.equal(placed.length, keys.length, 'each order is told of once');
}

/** A key that one process has just used is revoked in the other: it counts from then on, everywhere. */
async function revoke(
  t: Test,
  [a, b]: readonly [Server, Server],
  secretKey: string,
  remembers: boolean,
): Promise<void> {
  const call = caller(a.url, secretKey);
  for (let round = 0; round < 3; round += 1) {
    const body = { kind: 'secret', name: 'ERP', scopes: ['orders:read'] };
    const made = (await call('POST /v1/api-keys', { body })).body;
    const [hereA, hereB] = [caller(a.url, made.key), caller(b.url, made.key)];
    const warm = [];
    for (let i = 0; i < 20; i += 1)
      warm.push(await hereA('GET /v1/orders?limit=1'), await hereB('GET /v1/orders?limit=1'));
    t.same(new Set(warm.map(({ status }) => status)), new Set([200]));
    t.equal((await call(`POST /v1/api-keys/${made.id}/revoke`)).status, 200);
    t.equal((await hereA('GET /v1/orders?limit=1')).status, 401, 'at once where it was revoked');
    // Where processes remember keys, the word has to reach the other one first.
    const isRefused = async () => (await hereB('GET /v1/orders?limit=1')).status === 401;
    if (remembers) await until('the other process refuses it', isRefused);
    t.ok(await isRefused(), 'and in the other process');
  }
}

async function stopAll(t: Test, programs: readonly { pid: number; ended: Promise<unknown> }[]) {
  for (const { pid } of programs) process.kill(pid, 'SIGTERM');
  t.same(
    await Promise.all(programs.map(({ ended }) => ended)),
    programs.map(() => 0),
  );
}

async function countLocks(directUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: directUrl });
  await client.connect();
  const { rowCount } = await client.query(
    `select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
  );
  await client.end();
  return rowCount ?? 0;
}

/** Two servers and a worker on an empty database, started together. */
async function live(t: Test, stage: Stage, env: Record<string, string>): Promise<string> {
  const worker = run(t, 'worker', { ...env, LOG_LEVEL: 'info' });
  const api = () => startServer(t, { ...env, WORKER: 'off' });
  const [a, b] = await Promise.all([api(), api(), worker.says(/the worker runs/)]);
  const key = await makeKey(t, env);
  await tour(t, [caller(a.url, key), caller(b.url, key)]);
  await revoke(t, [a, b], key, 'DATABASE_DIRECT_URL' in env);
  await checkInvariantsOf(t, stage.directUrl);
  await stopAll(t, [worker, a, b]);
  t.equal(await countLocks(stage.directUrl), 0, 'no lock stays with a connection of the pooler');
  const said = a.output() + b.output() + worker.output();
  t.notMatch(said, /"level":[56]0/, 'nothing failed');
  t.notMatch(said, /prepared statement/);
  return said;
}

t.test('how a pooler shows', { skip }, async (t) => {
  const { directUrl, pooledUrl } = await setStage(t, false);
  t.ok(await isDirect(directUrl));
  t.notOk(await isDirect(pooledUrl));
});

t.test('through a pooler, with a direct connection for migrations, jobs and news', { skip }, async (t) => {
  const stage = await setStage(t, false);
  const said = await live(t, stage, { ...stage.env, DATABASE_DIRECT_URL: stage.directUrl });
  t.notMatch(said, /"level":40/, 'nothing is worth a warning');
});

t.test('through a pooler only', { skip }, async (t) => {
  const stage = await setStage(t, false);
  const said = await live(t, stage, stage.env);
  t.match(said, /DATABASE_DIRECT_URL/, 'and the operator is told what is missing');
});

const old = !followsPrepared() && `PgBouncer ${version?.join('.')} does not follow prepared statements`;
t.test('through a pooler that follows prepared statements', { skip: skip || old }, async (t) => {
  const stage = await setStage(t, true);
  await live(t, stage, { ...stage.env, DATABASE_DIRECT_URL: stage.directUrl });
});

/** Holds the process of Postgres on which the limits were set: the next statement meets another one. */
async function occupyServer(t: Test, pooledUrl: string): Promise<void> {
  const holder = new pg.Client({ connectionString: pooledUrl });
  await holder.connect();
  t.teardown(() => holder.end());
  await holder.query('begin');
  const { rows } = await holder.query<{ lock_timeout: string }>('show lock_timeout');
  t.equal(rows[0]?.lock_timeout, '5s', 'this is the one');
}

// What is set on a connection when it is opened is set on whichever process of Postgres the pooler has at hand.
t.test(
  'a statement that waits for a lock gives up, whichever process of Postgres it meets',
  { skip },
  async (t) => {
    const { directUrl, pooledUrl } = await setStage(t, false);
    const options = { poolSize: 2, preparedStatements: false };
    for (const [url, keeps] of [
      [pooledUrl, false],
      [directUrl, true],
    ] as const) {
      const db = openDatabase(url, options, createLogger('silent'));
      const blocker = new pg.Client({ connectionString: directUrl });
      t.teardown(() => Promise.all([db.$client.end(), blocker.end()]));
      await blocker.connect();
      await blocker.query(
        'create table if not exists locked (id int primary key); truncate locked; insert into locked values (1)',
      );
      const client = await db.$client.connect();
      await client.query('select 1');
      t.equal(await keepsSession(client), keeps);
      client.release();
      if (!keeps) await occupyServer(t, url);
      await blocker.query('begin; select 1 from locked for update');
      const part = { name: `wait_${keeps}`, ctes: 'waited as (update locked set id = $1)', values: [2] };
      const error = await runParts(db, [part]).then(() => undefined, postgresError);
      t.equal(error?.code, '55P03', keeps ? 'directly' : 'through the pooler');
      await blocker.query('commit');
      await runParts(db, [part]);
      t.same(
        (await blocker.query('select id from locked')).rows,
        [{ id: 2 }],
        'and works when the lock is free',
      );
    }
  },
);

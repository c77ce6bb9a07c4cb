import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pg from 'pg';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { type Embedded, removeEmbedded, startEmbedded } from '../../src/platform/db/embedded.ts';
import { nodeArguments } from '../support/node.ts';

const log = pino({ level: 'silent' });
const flags = ['-c', 'fsync=off'];
const [nodeFlag, embedded] = nodeArguments(
  fileURLToPath(new URL('../../src/platform/db/embedded.ts', import.meta.url)),
);

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const root = fs.mkdtempSync(join(tmpdir(), 'makegood-embedded-'));
fs.chmodSync(root, 0o755);
const prepared = join(root, 'prepared');
t.before(async () => (await startEmbedded({ dataDir: prepared, log, flags })).stop());
t.teardown(() => fs.rmSync(root, { recursive: true, force: true }));

/**
 * A data directory, with or without a first start behind it, and how to start Postgres on it until the test
 * ends.
 */
function setUp(t: Test, state: 'prepared' | 'empty') {
  const dataDir = fs.mkdtempSync(join(root, 'data-'));
  fs.chmodSync(dataDir, 0o755);
  if (state === 'prepared') spawnSync('cp', ['-a', join(prepared, 'postgres'), dataDir]);
  t.teardown(() => removeEmbedded(dataDir, log));
  const start = async (more: { fresh?: boolean; port?: number } = {}): Promise<Embedded> => {
    const server = await startEmbedded({ dataDir, log, flags, ...more });
    t.teardown(() => server.stop());
    return server;
  };
  return { dataDir, home: join(dataDir, 'postgres'), start };
}

const children = new Set<ChildProcess>();
// Also when this file is stopped from outside, nothing of it goes on running.
process.once('SIGTERM', () => process.exit(143));
process.once('exit', () => children.forEach((child) => child.kill('SIGTERM')));

/** Another process that starts Postgres on the folder and says so; `then` is what it does afterwards. */
function startInChild(t: Test, dataDir: string, then = '') {
  const script = join(t.testdir({ 'child.mjs': childProgram(dataDir, then) }), 'child.mjs');
  const child = spawn(process.execPath, [nodeFlag, script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { PATH: process.env['PATH'] },
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const says = async (pattern: RegExp): Promise<string> => {
    for (let waited = 0; waited < 30_000; waited += 10) {
      const found = pattern.exec(said);
      if (found) return found[1] ?? found[0];
      if (child.exitCode !== null) break;
      await sleep(10);
    }
    throw new Error(`the child never said ${pattern}: ${said}`);
  };
  return { child, says };
}

const childProgram = (dataDir: string, then: string) => `
  import { startEmbedded } from '${pathToFileURL(embedded).href}';
  const log = { info() {}, warn() {}, error() {} };
  process.once('SIGTERM', () => process.exit(143));
  console.log('starting');
  const options = ${JSON.stringify({ dataDir, flags })};
  const server = await startEmbedded({ ...options, log });
  ${then}
  // Last: who reads it may send a signal at once.
  console.log('url ' + server.connectionString + ' .');
`;

const postmasterPid = (home: string): number =>
  Number.parseInt(fs.readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8'), 10);

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

t.test('data and password stay from one start to the next, and stop may be called twice', async (t) => {
  const { home, start } = setUp(t, 'prepared');
  const first = await start();
  await query(first.connectionString, 'create table kept as select 7 as figure');
  const password = fs.statSync(join(home, 'password'));
  t.equal(password.mode & 0o777, 0o600, 'only its owner can read the password');
  const pid = postmasterPid(home);
  await Promise.all([first.stop(), first.stop()]);
  t.notOk(isRunning(pid), 'stop returns when Postgres has ended');

  const second = await start();
  t.equal(new URL(second.connectionString).password, new URL(first.connectionString).password);
  t.strictSame(await query(second.connectionString, 'select figure from kept'), [{ figure: 7 }]);
  const settings = await query(
    second.connectionString,
    "select current_setting('listen_addresses') as value",
  );
  t.strictSame(settings, [{ value: '127.0.0.1' }]);
  const folded = await query(second.connectionString, "select lower('ÄÉ') as folded, 'Z' < 'a' as sorted");
  t.strictSame(folded, [{ folded: 'äé', sorted: true }], 'case by Unicode, order by code point');
});

t.test('fresh starts over', async (t) => {
  const { start } = setUp(t, 'prepared');
  const first = await start();
  await query(first.connectionString, 'create table gone ()');
  await first.stop();
  const second = await start({ fresh: true });
  t.strictSame(await query(second.connectionString, "select to_regclass('gone') as gone"), [{ gone: null }]);
});

t.test('after kill -9 the Postgres left behind is replaced and the data is there', async (t) => {
  const { dataDir, home, start } = setUp(t, 'prepared');
  const { child, says } = startInChild(t, dataDir, 'setInterval(() => {}, 1000);');
  const url = await says(/url (\S+) /);
  await query(url, 'create table kept as select 7 as figure');
  const holder = new pg.Client({ connectionString: url });
  const cut = new Promise((resolve) => {
    holder.on('error', resolve);
  });
  await holder.connect();
  await holder.query('begin');
  await holder.query('lock table kept');
  const pid = postmasterPid(home);
  await kill(child);
  t.ok(isRunning(pid), 'Postgres outlives the killed process');

  const server = await start();
  t.not(postmasterPid(home), pid);
  await cut;
  t.strictSame(await query(server.connectionString, 'select figure from kept'), [{ figure: 7 }]);
});

t.test('after kill -9 of the process and of Postgres the data is there', async (t) => {
  const { dataDir, home, start } = setUp(t, 'prepared');
  const { child, says } = startInChild(t, dataDir, 'setInterval(() => {}, 1000);');
  await query(await says(/url (\S+) /), 'create table kept as select 7 as figure');
  const pid = postmasterPid(home);
  await kill(child);
  process.kill(pid, 'SIGKILL');

  const server = await start();
  t.strictSame(await query(server.connectionString, 'select figure from kept'), [{ figure: 7 }]);
});

t.test('kill -9 at any moment of a first start', async (t) => {
  for (const delayMs of [100, 600, 1_100]) {
    const { dataDir, start } = setUp(t, 'empty');
    const { child, says } = startInChild(t, dataDir, 'setInterval(() => {}, 1000);');
    await says(/starting/);
    await sleep(delayMs);
    await kill(child);
    const server = await start();
    t.strictSame(
      await query(server.connectionString, 'select 1 as one'),
      [{ one: 1 }],
      `after ${delayMs} ms`,
    );
    await server.stop();
  }
});

t.test('half a first start is thrown away, a database without its marker is not', async (t) => {
  const { home, start } = setUp(t, 'empty');
  fs.mkdirSync(join(home, 'data', 'base', '1'), { recursive: true });
  fs.writeFileSync(join(home, 'data', 'PG_VERSION'), '18\n');
  fs.mkdirSync(join(home, 'init-0a0b0c0d', 'base'), { recursive: true });
  const first = await start();
  t.notOk(fs.existsSync(join(home, 'init-0a0b0c0d')));
  await query(first.connectionString, 'create table kept as select 7 as figure');
  await first.stop();

  fs.rmSync(join(home, 'initialised'));
  const second = await start();
  t.strictSame(await query(second.connectionString, 'select figure from kept'), [{ figure: 7 }]);
});

t.test('a stale postmaster.pid', async (t) => {
  const { home, start } = setUp(t, 'prepared');
  const file = join(home, 'data', 'postmaster.pid');
  const { uid, gid } = fs.statSync(join(home, 'data'));
  const rest = `${join(home, 'data')}\n1700000000\n5432\n\n127.0.0.1\n   123456         1\nready   \n`;
  const contents = {
    'of a process that has ended': `2147480000\n${rest}`,
    'of another program, this one': `${process.pid}\n${rest}`,
    'of another program, the parent': `${process.ppid}\n${rest}`,
    'that is empty': '',
    'that is torn': '\n',
  };
  for (const [name, content] of Object.entries(contents)) {
    fs.writeFileSync(file, content);
    fs.chownSync(file, uid, gid);
    const server = await start();
    t.strictSame(await query(server.connectionString, 'select 1 as one'), [{ one: 1 }], name);
    await server.stop();
  }
});

t.test('two starts at once: one wins, the other says who has it', async (t) => {
  const { dataDir, start } = setUp(t, 'prepared');
  const { child, says } = startInChild(t, dataDir, 'setInterval(() => {}, 1000);');
  const url = await says(/url (\S+) /);
  await t.rejects(start(), { message: new RegExp(`in use by process ${child.pid}`) });
  await t.rejects(removeEmbedded(dataDir, log), { message: /in use/ });
  t.strictSame(await query(url, 'select 1 as one'), [{ one: 1 }], 'the first goes on');
  await kill(child);

  const results = await Promise.allSettled([start(), start(), start()]);
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
});

t.test('a lock that nobody holds any more', async (t) => {
  const { home, start } = setUp(t, 'prepared');
  const contents = ['2147480000 a:1\n', `${process.pid} an-earlier-boot:1\n`, '', `${process.pid}`];
  for (const content of contents) {
    fs.writeFileSync(join(home, 'owner.pid'), content);
    const server = await start();
    t.ok(server, JSON.stringify(content));
    await server.stop();
    t.notOk(fs.existsSync(join(home, 'owner.pid')));
  }
});

t.test('a port that is taken', async (t) => {
  const { start } = setUp(t, 'prepared');
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await t.rejects(start({ port }), { message: /could not bind/ });
  setTimeout(() => taken.close(), 300);
  const server = await start({ port });
  t.equal(new URL(server.connectionString).port, String(port), 'it is tried again until it is free');
});

t.test('as root, data below a folder that is closed to others', async (t) => {
  if (process.getuid?.() !== 0) return t.pass('only root has to run Postgres as another user');
  const closed = fs.mkdtempSync(join(root, 'closed-'));
  const dataDir = join(closed, 'data');
  t.teardown(() => removeEmbedded(dataDir, log));
  for (const round of ['first', 'second']) {
    const server = await startEmbedded({ dataDir, log, flags });
    t.teardown(() => server.stop());
    await query(server.connectionString, `create table ${round} ()`);
    const [found] = await query(server.connectionString, 'show data_directory');
    t.notMatch(found, { data_directory: closed }, 'is kept elsewhere');
    await server.stop();
  }
  fs.chmodSync(closed, 0o755);
  const server = await startEmbedded({ dataDir, log, flags });
  t.teardown(() => server.stop());
  const found = await query(server.connectionString, "select to_regclass('second')::text as found");
  t.strictSame(found, [{ found: 'second' }], 'and found there after the folder was opened');
});

t.test('Ctrl-C leaves Postgres running until stop, and an exit without stop ends it', async (t) => {
  const { dataDir, home } = setUp(t, 'prepared');
  const onSignal = `
    import pg from 'pg';
    setInterval(() => {}, 1000);
    process.on('SIGINT', async () => {
      const client = new pg.Client({ connectionString: server.connectionString });
      await client.connect();
      await client.query('select pg_sleep(0.3)');
      console.log('drained.');
      await client.end();
      await server.stop();
      console.log('stopped.');
      process.exit();
    });`;
  const graceful = startInChild(t, dataDir, onSignal);
  await graceful.says(/url/);
  // A terminal sends Ctrl-C to the whole process group.
  process.kill(-(graceful.child.pid ?? 0), 'SIGINT');
  await graceful.says(/drained/);
  await graceful.says(/stopped/);

  const careless = startInChild(t, dataDir, `setTimeout(() => process.exit(), 100);`);
  await careless.says(/url/);
  const pid = postmasterPid(home);
  for (let waited = 0; isRunning(pid) && waited < 10_000; waited += 20) await sleep(20);
  t.notOk(isRunning(pid));
});

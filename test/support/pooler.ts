import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findFreePort } from '../../src/platform/db/embedded-server.ts';

const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;
const PATIENCE_MS = 15_000;
// The first release in which a pooler in transaction mode knows the prepared statements of its clients.
const PREPARED_SINCE = [1, 21] as const;

interface PoolerOptions {
  /** How many prepared statements it follows per connection; 0: none, the application has to send none. */
  readonly maxPreparedStatements?: number;
  /** Connections to Postgres per database. Few of them are shared by many clients all the time. */
  readonly poolSize?: number;
}

export interface Pooler {
  /** The same database, through the pooler. */
  through(databaseUrl: string): string;
  stop(): Promise<void>;
}

/** The version of the installed PgBouncer, such as `[1, 18]`; undefined where there is none. */
export function findPgBouncer(): readonly [number, number] | undefined {
  const { stdout } = spawnSync('pgbouncer', ['--version'], { env: { PATH }, encoding: 'utf8' });
  const [, major, minor] = /PgBouncer (\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor)];
}

/** Whether the installed PgBouncer can follow prepared statements in transaction mode. */
export const followsPrepared = ([major, minor] = findPgBouncer() ?? [0, 0]): boolean =>
  major > PREPARED_SINCE[0] || (major === PREPARED_SINCE[0] && minor >= PREPARED_SINCE[1]);

/** Starts PgBouncer in transaction mode in front of a Postgres for tests. */
export async function startPooler(postgresUrl: string, options: PoolerOptions = {}): Promise<Pooler> {
  const folder = fs.mkdtempSync(join(tmpdir(), 'makegood-pooler-'));
  const port = await findFreePort();
  writeSettings(folder, new URL(postgresUrl), port, options);
  const owner = ownerOf(folder);
  const child = spawn('pgbouncer', [join(folder, 'pgbouncer.ini')], {
    ...owner,
    cwd: folder,
    env: { PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  const ended = once(child, 'exit');
  ended.catch((error: Error) => (said += error.message));
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    child.kill('SIGKILL');
    await ended.catch(() => undefined);
    fs.rmSync(folder, { recursive: true, force: true });
  };
  const through = (databaseUrl: string): string => {
    const url = new URL(databaseUrl);
    url.port = String(port);
    return url.href;
  };
  try {
    await untilReady(through(postgresUrl), () => child.exitCode === null);
  } catch (cause) {
    await stop();
    throw new Error(`PgBouncer did not start:\n${said}`, { cause });
  }
  return { through, stop };
}

function writeSettings(folder: string, postgres: URL, port: number, options: PoolerOptions): void {
  const { maxPreparedStatements = 0, poolSize = 20 } = options;
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    // Only this machine gets to it, and the tests of one run are all that is behind it.
    auth_type: 'trust',
    auth_file: join(folder, 'users'),
    pool_mode: 'transaction',
    default_pool_size: poolSize,
    max_client_conn: 2_000,
    // What a test database leaves behind when it is dropped is not kept.
    server_idle_timeout: 30,
    log_connections: 0,
    log_disconnections: 0,
    ...(followsPrepared() ? { max_prepared_statements: maxPreparedStatements } : {}),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const target = `* = host=${postgres.hostname} port=${postgres.port}`;
  fs.writeFileSync(
    join(folder, 'pgbouncer.ini'),
    ['[databases]', target, '[pgbouncer]', ...lines, ''].join('\n'),
  );
  const { username, password } = postgres;
  fs.writeFileSync(join(folder, 'users'), `"${username}" "${decodeURIComponent(password)}"\n`);
}

/** PgBouncer refuses to run as root; then it runs as somebody who owns nothing but its folder. */
function ownerOf(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const owner = { uid: 65_534, gid: 65_534 };
  for (const path of [folder, ...fs.readdirSync(folder).map((name) => join(folder, name))]) {
    fs.chownSync(path, owner.uid, owner.gid);
  }
  return owner;
}

async function untilReady(url: string, isRunning: () => boolean): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(50)) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      return;
    } catch (error) {
      if (!isRunning() || Date.now() > deadline) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

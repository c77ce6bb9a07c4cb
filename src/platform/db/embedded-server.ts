import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { environment } from './embedded-binaries.ts';
import type { EmbeddedLog, Home } from './embedded-home.ts';
import { isAlive, readIfPresent } from './embedded-lock.ts';

/** What it takes to start Postgres on data that exists. */
export type Cluster = Home & {
  readonly bin: string;
  readonly password: string;
  readonly log: EmbeddedLog;
  readonly port?: number;
  readonly flags?: readonly string[];
};
export type Server = { readonly pid: number; readonly child: ChildProcess; readonly adminUrl: string };

const SETTINGS = [
  ['listen_addresses', '127.0.0.1'],
  // Off: the path of a socket may be 107 bytes long, and a project may lie deeper than that.
  ['unix_socket_directories', ''],
  ['cluster_name', 'makegood'],
  ['shared_buffers', '128MB'],
  ['max_connections', '60'],
  ['fsync', 'on'],
  ['synchronous_commit', 'on'],
  ['wal_compression', 'on'],
  ['timezone', 'UTC'],
  ['log_timezone', 'UTC'],
  // Refusals of single statements go to the caller. They quote personal data, which has no place in a log
  // file.
  ['log_min_messages', 'log'],
  ['log_checkpoints', 'off'],
].flatMap(([name, value]) => ['-c', `${name}=${value}`]);

const START_ATTEMPTS = 5;
// Recovery after a crash replays the log since the last checkpoint, which can take minutes on a slow disk.
const READY_MS = 600_000;
// Fast shutdown, then without a checkpoint, then by force: the next start repairs what the last two leave.
const STOP_STEPS = [
  ['SIGINT', 30_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 10_000],
] as const;
// No system gives a process this number, and Postgres takes it for one that has ended.
const NO_PROCESS = 2_147_483_647;

/**
 * Starts Postgres and waits until it answers. It is not in our process group: Ctrl-C reaches only this
 * process.
 */
export async function startServer(cluster: Cluster): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    const port = cluster.port ?? (await findFreePort());
    const server = spawnServer(cluster, port);
    try {
      await untilReady(server, cluster.data);
      return server;
    } catch (error) {
      await endServer(server.pid, cluster.log);
      const said = readIfPresent(join(cluster.dir, 'postgres.log'))?.trim().slice(-2000) ?? '';
      // The port may have been taken in between, or processes of a killed Postgres are still ending.
      if (attempt < START_ATTEMPTS && /could not bind|still in use|lock file/.test(said))
        await sleep(attempt * 200);
      else
        throw new Error(`the embedded Postgres did not start in ${cluster.dir}\n${said}`, { cause: error });
    }
  }
}

function spawnServer(cluster: Cluster, port: number): Server {
  // A file and not a pipe: a pipe breaks when this process is killed, and what Postgres says then is worth
  // reading.
  const output = fs.openSync(join(cluster.dir, 'postgres.log'), 'w');
  const flags = ['-D', cluster.data, '-p', String(port), ...SETTINGS, ...(cluster.flags ?? [])];
  const child = spawn(join(cluster.bin, 'postgres'), flags, {
    ...cluster.owner,
    cwd: cluster.dir,
    env: environment(),
    detached: true,
    windowsHide: true,
    stdio: ['ignore', output, output],
  });
  fs.closeSync(output);
  child.unref();
  // Without a listener a failed spawn would end this process; that it did not start shows in untilReady.
  child.on('error', (error) => cluster.log.error({ err: error }, 'Postgres could not be run'));
  const adminUrl = `postgresql://postgres:${cluster.password}@127.0.0.1:${port}/postgres`;
  return { pid: child.pid ?? NO_PROCESS, child, adminUrl };
}

// The state is read from the file that Postgres keeps for this, not found out by connecting: on a port that
// was taken in between another program would answer.
async function untilReady({ pid, child, adminUrl }: Server, data: string): Promise<void> {
  for (const deadline = Date.now() + READY_MS; ; await sleep(10)) {
    const lines = readIfPresent(join(data, 'postmaster.pid'))?.split('\n') ?? [];
    if (Number(lines[0]) === pid && lines[7]?.trim() === 'ready') break;
    if (child.exitCode !== null || !isAlive(pid)) throw new Error('Postgres ended while starting');
    if (Date.now() > deadline) throw new Error('Postgres was not ready in time');
  }
  await withClient(adminUrl, (client) => client.query('select 1'));
}

/** Runs `use` on a connection of its own. */
export async function withClient<T>(
  connectionString: string,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  // A cut connection also fails the statement that runs on it, and that is where it is handled.
  client.on('error', () => {});
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end();
  }
}

/**
 * Fast shutdown: open connections are cut, what was committed is kept. Returns when the process has ended.
 */
export async function endServer(pid: number, log: EmbeddedLog): Promise<void> {
  for (const [step, patienceMs] of STOP_STEPS) {
    signalServer(pid, step);
    for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(20)) {
      if (!isAlive(pid)) return;
    }
    log.warn({ pid, signal: step }, 'Postgres did not end in time');
  }
  throw new Error(`Postgres (process ${pid}) cannot be stopped`);
}

/** Sends the signal; a process that has ended is no error. */
export function signalServer(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

/**
 * Stops a Postgres that outlived its killed parent. Stopped and started again, not adopted: the settings and
 * the binaries are then the ones of today, no statement of the dead process is still running or holding a
 * lock, and the new Postgres is a child whose end we see. It costs half a second, once, after a kill.
 */
export async function endLeftover(home: Home, log: EmbeddedLog): Promise<void> {
  const file = join(home.data, 'postmaster.pid');
  const content = readIfPresent(file);
  if (content === undefined) return;
  const lines = content.split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!(pid > 0)) {
    // Its writer was killed in the middle. Postgres would refuse to start, and nothing can be learnt from it.
    fs.rmSync(file);
  } else if (isAlive(pid) && (await isPostgresOn(home, pid, lines[3] ?? ''))) {
    log.warn({ pid }, 'stopping the Postgres that a killed process left behind');
    await endServer(pid, log);
  } else {
    // The number may belong to another program by now, and then Postgres would refuse to start. The file is
    // kept: by its other lines Postgres sees whether processes of the former server still use its shared
    // memory.
    fs.writeFileSync(file, [NO_PROCESS, ...lines.slice(1)].join('\n'));
  }
}

async function isPostgresOn(home: Home, pid: number, port: string): Promise<boolean> {
  try {
    const data = fs.realpathSync(home.data);
    // Postgres works in its data directory, so this also finds one that hangs or is still starting.
    if (process.platform === 'linux') return fs.readlinkSync(`/proc/${pid}/cwd`) === data;
    const password = readIfPresent(join(home.dir, 'password'))?.trim() ?? '';
    const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
    const shown = await withClient(url, (client) => client.query('show data_directory'));
    return fs.realpathSync(String(shown.rows[0]?.data_directory)) === data;
  } catch {
    return false;
  }
}

/** A port of the loopback address that nobody listens on at the moment. */
export function findFreePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer().once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => found(port));
    });
  });
}

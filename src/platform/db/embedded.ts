import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { environment, findBinaries } from './embedded-binaries.ts';
import { type EmbeddedLog, chooseHome, isInitialised, passwordOf, wipe } from './embedded-home.ts';
import { takeLock } from './embedded-lock.ts';
import * as servers from './embedded-server.ts';

export interface EmbeddedOptions {
  /** Everything is kept in its folder `postgres`. */
  readonly dataDir: string;
  readonly log: EmbeddedLog;
  /** Deletes the data first. */
  readonly fresh?: boolean;
  /** Default: any free port. */
  readonly port?: number;
  /** Arguments for `postgres` that win over the usual ones, such as `['-c', 'fsync=off']`. */
  readonly flags?: readonly string[];
}

export interface Embedded {
  /** A superuser on the database `makegood`. */
  readonly connectionString: string;
  stop(): Promise<void>;
}

const DATABASE = 'makegood';
const FIRST_START_ATTEMPTS = 3;
// The builtin C.UTF-8 sorts by code point and folds case by Unicode, whatever locales the machine has.
const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

/** Starts Postgres on the data below `dataDir`, first making or repairing what is missing there. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { log } = options;
  const home = chooseHome(options.dataDir, log);
  const release = await takeLock(home.dir);
  try {
    const bin = findBinaries(home, log);
    await servers.endLeftover(home, log);
    if (options.fresh) wipe(home);
    const cluster = { ...options, ...home, bin, password: passwordOf(home) };
    const server = await (isInitialised(home) ? servers.startServer(cluster) : startFirstTime(cluster));
    return watch(server, release, log);
  } catch (error) {
    release();
    throw error;
  }
}

/** Ends what a killed process left running below `dataDir` and deletes it all; refuses while it is in use. */
export async function removeEmbedded(dataDir: string, log: EmbeddedLog): Promise<void> {
  const home = chooseHome(dataDir, log);
  const release = await takeLock(home.dir);
  try {
    await servers.endLeftover(home, log);
    fs.rmSync(home.dir, { recursive: true, force: true });
  } finally {
    release();
  }
}

function watch(server: servers.Server, release: () => void, log: EmbeddedLog): Embedded {
  let stopping: Promise<void> | undefined;
  // Once it has ended, its process number may be another program's.
  const hasEnded = () => server.child.exitCode !== null || server.child.signalCode !== null;
  // A process that ends without stop() takes Postgres with it. A signal is all there is time for.
  const onExit = () => {
    if (!hasEnded()) servers.signalServer(server.pid, 'SIGINT');
    release();
  };
  process.once('exit', onExit);
  server.child.once('exit', (code, signal) => {
    if (!stopping) log.error({ code, signal }, 'the embedded Postgres ended by itself');
  });
  const stop = async () => {
    try {
      if (!hasEnded()) {
        server.child.ref();
        const ended = once(server.child, 'exit');
        await servers.endServer(server.pid, log);
        // Until this process has asked how it ended, its number is still taken.
        await ended;
      }
    } finally {
      process.off('exit', onExit);
      release();
    }
  };
  const connectionString = server.adminUrl.replace(/postgres$/, DATABASE);
  return { connectionString, stop: () => (stopping ??= stop()) };
}

async function startFirstTime(cluster: servers.Cluster): Promise<servers.Server> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      fs.rmSync(cluster.data, { recursive: true, force: true });
      await initialise(cluster);
      const server = await servers.startServer(cluster);
      await servers.withClient(server.adminUrl, (client) =>
        client.query(`create database ${DATABASE} strategy file_copy`),
      );
      fs.writeFileSync(cluster.marker, `${new Date().toISOString()}\n`, { flush: true });
      return server;
    } catch (error) {
      await servers.endLeftover(cluster, cluster.log);
      if (attempt === FIRST_START_ATTEMPTS) throw error;
      cluster.log.warn({ err: error }, 'the first start of the embedded Postgres failed; starting over');
    }
  }
}

// initdb works in a folder of a new name, which becomes `data` when it has finished: an initdb that outlives
// its killed parent goes on writing for a second, and must not write into the data of the next start.
async function initialise(cluster: servers.Cluster): Promise<void> {
  const { dir, owner, data, bin, flags = [] } = cluster;
  for (const entry of fs.readdirSync(dir).filter((name) => name.startsWith('init-'))) {
    fs.rmSync(join(dir, entry), { recursive: true, force: true, maxRetries: 5 });
  }
  const target = join(dir, `init-${randomBytes(4).toString('hex')}`);
  fs.mkdirSync(target, { mode: 0o700 });
  if (owner.uid !== undefined) fs.chownSync(target, owner.uid, owner.gid ?? 0);
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${join(dir, 'password')}`];
  const sync = flags.includes('fsync=off') ? ['--no-sync'] : [];
  await run(join(bin, 'initdb'), [`--pgdata=${target}`, ...LOCALE, ...access, ...sync], cluster);
  fs.renameSync(target, data);
}

function run(program: string, args: string[], { owner, dir }: servers.Cluster): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(program, args, {
      ...owner,
      cwd: dir,
      env: environment(),
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', failed);
    child.once('close', (code, signal) => {
      if (code === 0) done();
      else failed(new Error(`${program} failed (${signal ?? code})\n${said}`));
    });
  });
}

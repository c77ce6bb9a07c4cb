import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Test } from 'tap';
import { isAlive } from '../../src/platform/db/embedded-lock.ts';
import { createDemoShop, type DemoKeys } from '../../src/cli/seed-demo.ts';
import { modules } from '../../src/modules.ts';
import { readConfig } from '../../src/platform/config.ts';
import { removeEmbedded } from '../../src/platform/db/embedded.ts';
import { migrateDatabase } from '../../src/platform/db/migrate.ts';
import { newId } from '../../src/platform/ids.ts';
import { platformInvariants } from '../../src/platform/invariants.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { connectionFile, layFoundation } from '../../src/process.ts';
import { buildProject } from '../support/build.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PATIENCE_MS = 90_000;
export const TOKEN_SECRET = 'a secret that only these tests know, 32+';
const log = createLogger('silent');

const children = new Set<ChildProcess>();
// Also when this file is stopped from outside, nothing of it goes on running.
process.once('SIGTERM', () => process.exit(143));
process.once('exit', () => children.forEach((child) => child.kill('SIGKILL')));

export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Everything that it has said so far. */
  output(): string;
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** How it ended: `0`, or `SIGKILL`. */
  readonly ended: Promise<number | string | null>;
}

type Env = Readonly<Record<string, string>>;

let built: string | undefined;

// The test run builds once for all files. A file that is run by itself builds its own.
function programs(): string {
  const given = process.env['TEST_BUILD'];
  if (given !== undefined) return given;
  const build = buildProject();
  process.once('exit', () => build.remove());
  return build.programs;
}

/** One of the project's programs, with nothing of this one's environment and a process group of its own. */
export function run(t: Test, name: string, env: Env, args: readonly string[] = []): Program {
  built ??= programs();
  const child = spawn(process.execPath, [join(built, `${name}.js`), ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  }
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => {
    children.delete(child);
    return (signal ?? code) as number | string | null;
  });
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(5)) {
      const found = pattern.exec(said);
      if (found) return found;
      if (!children.has(child)) break;
    }
    throw new Error(`${name} never said ${pattern}:\n${said}`);
  };
  return { child, pid: child.pid ?? 0, output: () => said, says, ended };
}

/** Runs a command to its end. */
export async function runCommand(t: Test, name: string, env: Env, args: readonly string[] = []) {
  const program = run(t, name, env, args);
  const code = await program.ended;
  return { code, output: program.output() };
}

export interface Answer {
  readonly status: number;
  readonly body: any;
  readonly headers: Headers;
}

/** How a stranger calls: over HTTP, with one key. Refused because the process is late, it comes again when it was told to. */
export function caller(url: string, apiKey: string) {
  return async (target: string, options: { body?: unknown; key?: string } = {}): Promise<Answer> => {
    const request = requestOf(target, apiKey, options);
    for (const deadline = Date.now() + PATIENCE_MS; ; ) {
      const answer = await readAnswer(await fetch(`${url}${request.path}`, request));
      if (!isTooBusy(answer) || Date.now() > deadline) return answer;
      await sleep(Number(answer.headers.get('retry-after')) * 1_000);
    }
  };
}

function requestOf(target: string, apiKey: string, { body, key }: { body?: unknown; key?: string }) {
  const [method = 'GET', path = '/'] = target.split(' ');
  const headers = {
    authorization: `Bearer ${apiKey}`,
    ...(method === 'POST' ? { 'idempotency-key': key ?? newId() } : {}),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return { method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
}

/** The process itself is late, which a slow machine can make it; a database that is away says so in the detail. */
const isTooBusy = ({ body }: Answer): boolean => body.code === 'overloaded' && body.detail === body.title;

export interface Server extends Program {
  readonly url: string;
  readonly metricsUrl: string | undefined;
  /** The first secret key that it printed. */
  readonly secretKey: string;
  readonly call: ReturnType<typeof caller>;
}

/** Starts the server on any free port and waits until it says where it listens. */
export async function startServer(t: Test, env: Env, args: readonly string[] = []): Promise<Server> {
  const usual = { PORT: '0', LOG_LEVEL: 'warn', RATE_LIMITS: 'off' };
  const program = run(t, 'main', { ...usual, ...env }, args);
  const [, url = ''] = await program.says(/^Makegood listens on (\S+)$[^]*^Reference: .*$/m);
  // What it prints in the same breath.
  if (env['DATABASE_URL'] === undefined) await program.says(/^curl .*$/m);
  if (env['METRICS_PORT'] !== undefined) await program.says(/^Metrics: .*$/m);
  const secretKey = /sk_test_\S+/.exec(program.output())?.[0] ?? '';
  const metricsUrl = /^Metrics: (\S+)$/m.exec(program.output())?.[1];
  return { ...program, url, metricsUrl, secretKey, call: caller(url, secretKey) };
}

/** An empty data directory that Postgres can reach, deleted with what runs in it when `t` ends. */
export function makeDataDir(t: Test): string {
  const dataDir = fs.mkdtempSync(join(tmpdir(), 'makegood-process-'));
  // Started by root, Postgres runs as another user, who has to get in.
  fs.chmodSync(dataDir, 0o755);
  t.teardown(async () => {
    await removeEmbedded(dataDir, log);
    fs.rmSync(dataDir, { recursive: true, force: true });
  });
  return dataDir;
}

/** A data directory as a first start leaves it, but with an empty demo shop: filling it takes seconds. */
export async function prepareDataDir(t: Test): Promise<{ dataDir: string; keys: DemoKeys }> {
  const dataDir = makeDataDir(t);
  const foundation = await layFoundation(readConfig({ DATA_DIR: dataDir }), log);
  await migrateDatabase(foundation.directUrl, log);
  const keys = await createDemoShop(foundation.deps());
  await foundation.close();
  fs.writeFileSync(join(dataDir, 'demo-shop.json'), JSON.stringify({ ...keys, isSeeded: true }));
  return { dataDir, keys };
}

/** A demo shop in a database that is migrated. */
export async function makeShop(databaseUrl: string): Promise<DemoKeys> {
  const config = readConfig({ DATABASE_URL: databaseUrl, TOKEN_SECRET });
  const foundation = await layFoundation(config, log);
  try {
    return await createDemoShop(foundation.deps());
  } finally {
    await foundation.close();
  }
}

/** The process number of the embedded Postgres. */
export const postgresPid = (dataDir: string): number =>
  Number.parseInt(fs.readFileSync(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8'), 10);

/** Whether a process still runs; a zombie that nobody has asked after yet has ended. */
export const isRunning = (pid: number): boolean => isAlive(pid);

/** Connects to the embedded Postgres of a running server. */
export async function connectTo(t: Test, dataDir: string): Promise<pg.Client> {
  const url = fs.readFileSync(connectionFile(dataDir), 'utf8').trim();
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  t.teardown(() => client.end().catch(() => undefined));
  return client;
}

/** How to reach the embedded database of a running server. */
export const embeddedUrl = (dataDir: string): string =>
  fs.readFileSync(connectionFile(dataDir), 'utf8').trim();

/** Checks what `npm run verify` checks, over the whole embedded database of a running server. */
export const checkInvariants = (t: Test, dataDir: string): Promise<void> =>
  checkInvariantsOf(t, embeddedUrl(dataDir));

/** The same for any database. */
export async function checkInvariantsOf(t: Test, databaseUrl: string): Promise<void> {
  const foundation = await layFoundation(readConfig({ DATABASE_URL: databaseUrl, TOKEN_SECRET }), log);
  try {
    for (const { name, check } of [...platformInvariants, ...modules.flatMap((m) => m.invariants ?? [])]) {
      const { broken, checked } = await check(foundation.db);
      t.equal(broken, 0n, `${name} (${checked} checked)`);
    }
  } finally {
    await foundation.close();
  }
}

/** Waits until `condition` holds. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await condition()); await sleep(10)) {
    if (Date.now() > deadline) throw new Error(`it never came to this: ${what}`);
  }
}

/** A product with plenty of stock. */
export async function makeProduct(server: Pick<Server, 'call'>): Promise<string> {
  const body = { name: 'Chai', priceAmount: 1800, onHandQuantity: 1_000_000, externalId: newId() };
  const answer = await server.call('POST /v1/products', { body });
  if (answer.status !== 201) throw new Error(`no product: ${JSON.stringify(answer.body)}`);
  return answer.body.id as string;
}

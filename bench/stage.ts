import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../src/platform/clock.ts';
import type { Deps } from '../src/platform/context.ts';
import { type Db, openDatabase } from '../src/platform/db/client.ts';
import { removeEmbedded, startEmbedded } from '../src/platform/db/embedded.ts';
import { migrateDatabase } from '../src/platform/db/migrate.ts';
import { createLogger } from '../src/platform/logging.ts';
import { createShop } from '../src/platform/shops/manage.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
// What `npm start` gives to Node.
const { start } = (JSON.parse(fs.readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest).scripts;
const START = start.split(' ').slice(2);
const TOKEN_SECRET = 'a secret that only the benchmark knows';
const log = createLogger('warn');

interface Manifest {
  readonly scripts: { readonly start: string };
}

/** A server process under measurement. */
export interface Server {
  readonly origin: string;
  readonly metrics: string;
  stop(): Promise<void>;
}

export interface Stage {
  readonly databaseUrl: string;
  readonly db: Db;
  readonly shopId: string;
  readonly credentialId: string;
  readonly secretKey: string;
  startProduct(env?: Record<string, string>, nodeOptions?: string[]): Promise<Server>;
  startFloor(): Promise<Server>;
  clear(): Promise<void>;
}

/** A Postgres of its own with an empty shop, commits written through to the disk as in production. */
export async function setStage(moreFlags: readonly string[] = []): Promise<Stage> {
  const dataDir = fs.mkdtempSync(join(tmpdir(), 'makegood-bench-'));
  fs.chmodSync(dataDir, 0o755);
  const flags = ['-c', 'synchronous_commit=on', '-c', 'fsync=on', ...moreFlags];
  const postgres = await startEmbedded({ dataDir, log, flags });
  await migrateDatabase(postgres.connectionString, log);
  const config = { poolSize: 4, preparedStatements: true };
  const db = openDatabase(postgres.connectionString, config, log);
  const deps = { config: { tokenSecret: TOKEN_SECRET }, db, clock: systemClock, log } as unknown as Deps;
  const { shop, secretKey } = await createShop(deps, { name: 'Bench', currency: 'USD', timezone: 'UTC' });
  const keys = await db.$client.query<{ id: string }>(`select id from api_keys where kind = 'secret'`);
  const credentialId = keys.rows[0]?.id ?? '';
  const children = new Set<ChildProcess>();
  const own = {
    DATABASE_URL: postgres.connectionString,
    PATH: process.env['PATH'] ?? '',
    NODE_ENV: 'production',
  };

  const start = async (
    args: string[],
    env: Record<string, string>,
    says: RegExp,
  ): Promise<RegExpExecArray> => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...own, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.add(child);
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      const found = says.exec(said);
      if (found) return Object.assign(found, { child });
    }
    throw new Error(`${args.join(' ')} ended:\n${said}`);
  };
  const stopOne = async (child: ChildProcess) => {
    children.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  const serverOf = (found: RegExpExecArray, metrics: string): Server => ({
    origin: found[1] ?? '',
    metrics,
    stop: () => stopOne((found as unknown as { child: ChildProcess }).child),
  });

  return {
    databaseUrl: postgres.connectionString,
    db,
    shopId: shop.id,
    credentialId,
    secretKey,
    async startProduct(env = {}, nodeOptions = []) {
      const given = {
        TOKEN_SECRET,
        PORT: '0',
        METRICS_PORT: '0',
        LOG_LEVEL: 'warn',
        RATE_LIMITS: 'off',
        ...env,
      };
      const found = await start([...nodeOptions, ...START], given, /listens on (\S+)$[^]*^Metrics: (\S+)$/m);
      return serverOf(found, found[2] ?? '');
    },
    async startFloor() {
      const given = { SHOP_ID: shop.id, CREDENTIAL_ID: credentialId };
      const found = await start(['--import=tsx', 'bench/floor.ts'], given, /listens on (\S+)$/m);
      return serverOf(found, `${found[1]}/metrics`);
    },
    async clear() {
      for (const child of children) await stopOne(child);
      await db.$client.end();
      await postgres.stop();
      await removeEmbedded(dataDir, log);
      fs.rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export interface Usage {
  readonly cpuSeconds: number;
  readonly residentMb: number;
}

/** What a server process has used so far, as it says itself. */
export async function readUsage({ metrics }: Server): Promise<Usage> {
  const text = await (await fetch(metrics)).text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return {
    cpuSeconds: value('process_cpu_seconds_total'),
    residentMb: value('process_resident_memory_bytes') / 2 ** 20,
  };
}

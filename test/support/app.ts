import type { FastifyInstance } from 'fastify';
import { Logger, runOnce } from 'graphile-worker';
import pg from 'pg';
import type { Test } from 'tap';
import { buildApp } from '../../src/app.ts';
import { createKnownCredentials } from '../../src/platform/auth/known-credentials.ts';
import { settleEvents, tasks } from '../../src/jobs.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { Config } from '../../src/platform/config.ts';
import { type Ctx, type Deps, systemContext } from '../../src/platform/context.ts';
import { openDatabase } from '../../src/platform/db/client.ts';
import { newId } from '../../src/platform/ids.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { type ShopInput, createShop } from '../../src/platform/shops/manage.ts';
import { ProblemDetails } from '../../src/platform/http/schema.ts';
import { getShop } from '../../src/platform/shops/shop.ts';
import { allErrors } from '../../src/registry.ts';
import { applicationUrl, createTestDatabase } from './database.ts';
import { checkEvents } from './events.ts';

export interface Answer {
  readonly status: number;
  // Tests look into answers freely; the contract tests check them against their schemas.
  readonly body: any;
  readonly headers: Record<string, string | undefined>;
}

interface CallOptions {
  readonly body?: unknown;
  /** A credential; the secret key of the test's shop when absent, none when null. */
  readonly as?: string | null;
  readonly headers?: Record<string, string>;
  /** The Idempotency-Key; a fresh one for every POST when absent, none when null. */
  readonly key?: string | null;
}

export type Call = (target: string, options?: CallOptions) => Promise<Answer>;

export interface TestShop {
  readonly shopId: string;
  readonly secretKey: string;
  readonly publishableKey: string;
  /** `call('POST /v1/orders', { body })` */
  readonly call: Call;
  ctx(): Promise<Ctx>;
}

export interface TestApp extends TestShop {
  readonly app: FastifyInstance;
  readonly deps: Deps;
  readonly url: string;
  createShop(input?: Partial<ShopInput>): Promise<TestShop>;
  /** Runs waiting jobs and hands events to their subscribers, until nothing is left. */
  settle(): Promise<void>;
}

interface AppOptions {
  readonly clock?: Clock;
  readonly poolSize?: number;
  readonly shop?: Partial<ShopInput>;
  readonly config?: Partial<Config>;
  readonly log?: Deps['log'];
  /** The test writes events of its own making, which no document declares. */
  readonly hasOwnEvents?: boolean;
}

const makeConfig = (url: string, { poolSize = 10, config = {} }: AppOptions): Config => ({
  databaseUrl: url,
  databaseDirectUrl: undefined,
  poolSize,
  // A pooler follows prepared statements only when it is told to.
  preparedStatements: process.env['TEST_POOLER'] !== 'on',
  dataDir: '',
  port: 0,
  host: '127.0.0.1',
  metricsPort: undefined,
  tokenSecret: 'a secret that only these tests know, 32+',
  corsOrigins: '*',
  webhookPrivateAddresses: false,
  stripeApiUrl: 'http://127.0.0.1:1',
  trustProxy: false,
  rateLimits: undefined,
  worker: false,
  logLevel: 'silent',
  ...config,
});

/** The API on a database of its own, with one shop in test mode. Everything is closed when the test ends. */
export async function startApp(t: Test, options: AppOptions = {}): Promise<TestApp> {
  const { url } = await createTestDatabase(t);
  const log = options.log ?? createLogger(process.env['TEST_LOG'] ?? 'silent');
  const config = makeConfig(url, options);
  const db = openDatabase(applicationUrl(url), config, log);
  const clock = options.clock ?? { now: () => new Date() };
  const known = createKnownCredentials(url, log);
  const deps: Deps = { config, db, clock, log, known, wakeDispatcher: () => undefined };
  const app = await buildApp(deps);
  const worker = new pg.Pool({ connectionString: url, max: 2 });
  worker.on('error', () => undefined);
  worker.on('connect', (client) => client.on('error', () => undefined));
  t.teardown(async () => {
    await app.close();
    await known.close();
    const [checked] = await Promise.allSettled([options.hasOwnEvents ? undefined : checkEvents(worker)]);
    await worker.end();
    await db.$client.end();
    if (checked.status === 'rejected') throw checked.reason;
  });

  const makeShop = async (input: Partial<ShopInput> = {}): Promise<TestShop> => {
    const made = await createShop(deps, {
      name: 'Test shop',
      currency: 'USD',
      timezone: 'UTC',
      mode: 'test',
      ...input,
    });
    return {
      shopId: made.shop.id,
      secretKey: made.secretKey,
      publishableKey: made.publishableKey,
      call: (target, call) => send(app, made.secretKey, target, call),
      ctx: async () => systemContext(deps, await getShop(db, made.shop.id), 'test'),
    };
  };
  const settle = async () => {
    const taskList = Object.fromEntries(
      Object.entries(tasks).map(([name, task]) => [name, (payload: unknown) => task(deps, payload as never)]),
    );
    // What subscribers enqueue is run as well.
    do {
      await runOnce({ pgPool: worker, taskList, noHandleSignals: true, logger: quiet });
      await settleEvents(deps);
    } while (await hasJobs(worker));
  };
  return { app, deps, url, createShop: makeShop, settle, ...(await makeShop(options.shop)) };
}

/** Whether a job waits that may be run now; one that failed waits for its next attempt. */
async function hasJobs(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query(
    'select exists (select 1 from graphile_worker.jobs where run_at <= now() and locked_at is null and attempts < max_attempts) as waits',
  );
  return rows[0]?.waits === true;
}

// Lines of JSON are a text.
const isJson = (type: string): boolean => /[/+]json(?:;|$)/u.test(type);

async function send(
  app: FastifyInstance,
  secretKey: string,
  target: string,
  options: CallOptions = {},
): Promise<Answer> {
  const [method = 'GET', url = '/'] = target.split(' ');
  const key = options.key === undefined && method === 'POST' ? newId() : options.key;
  const as = options.as === undefined ? secretKey : options.as;
  const response = await app.inject({
    method: method as 'GET',
    url,
    headers: {
      ...(as === null ? {} : { authorization: `Bearer ${as}` }),
      ...(key == null ? {} : { 'idempotency-key': key }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { payload: options.body as object }),
  });
  const type = String(response.headers['content-type'] ?? '');
  if (type.startsWith('application/problem+json')) checkMembers(response.json());
  return {
    status: response.statusCode,
    body: isJson(type) && response.body !== '' ? response.json() : response.body,
    headers: response.headers as Record<string, string | undefined>,
  };
}

const STANDARD = new Set(Object.keys(ProblemDetails.properties));
const declared = new Map(allErrors().map(({ error }) => [error.code, error.members]));

/** A refusal says nothing that its definition does not declare: whatever else it says, no document has. */
function checkMembers(problem: { code: string }): void {
  const members = declared.get(problem.code);
  if (!members) throw new Error(`${problem.code} is no code of ours`);
  const undeclared = Object.keys(problem).filter((name) => !STANDARD.has(name) && !(name in members));
  if (undeclared.length > 0) throw new Error(`${problem.code} says ${undeclared.join(', ')} undeclared`);
}

const quiet = new Logger(() => () => undefined);

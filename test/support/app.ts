import type { FastifyInstance } from 'fastify';
import { Logger, runOnce } from 'graphile-worker';
import pg from 'pg';
import type { Test } from 'tap';
import { buildApp } from '../../src/app.ts';
import { settleEvents, tasks } from '../../src/jobs.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { Config } from '../../src/platform/config.ts';
import { type Ctx, type Deps, systemContext } from '../../src/platform/context.ts';
import { openDatabase } from '../../src/platform/db/client.ts';
import { newId } from '../../src/platform/ids.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { type ShopInput, createShop } from '../../src/platform/shops/manage.ts';
import { getShop } from '../../src/platform/shops/shop.ts';
import { createTestDatabase } from './database.ts';

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

/** The API on a database of its own, with one shop in test mode. Everything is closed when the test ends. */
export async function startApp(
  t: Test,
  options: {
    clock?: Clock;
    poolSize?: number;
    shop?: Partial<ShopInput>;
    config?: Partial<Config>;
    log?: Deps['log'];
  } = {},
): Promise<TestApp> {
  const { url } = await createTestDatabase(t);
  const log = options.log ?? createLogger(process.env['TEST_LOG'] ?? 'silent');
  const config = makeConfig(url, options);
  const db = openDatabase(url, config, log);
  const clock = options.clock ?? { now: () => new Date() };
  const deps: Deps = { config, db, clock, log, wakeDispatcher: () => undefined };
  const app = await buildApp(deps);
  const worker = new pg.Pool({ connectionString: url, max: 2 });
  worker.on('error', () => undefined);
  worker.on('connect', (client) => client.on('error', () => undefined));
  t.teardown(async () => {
    await app.close();
    await worker.end();
    await db.$client.end();
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
    await runOnce({ pgPool: worker, taskList, noHandleSignals: true, logger: quiet });
    await settleEvents(deps);
  };
  return { app, deps, url, createShop: makeShop, settle, ...(await makeShop(options.shop)) };
}

const makeConfig = (url: string, options: { poolSize?: number; config?: Partial<Config> }): Config => ({
  databaseUrl: url,
  poolSize: options.poolSize ?? 10,
  preparedStatements: true,
  dataDir: '',
  port: 0,
  host: '127.0.0.1',
  metricsPort: undefined,
  tokenSecret: 'a secret that only these tests know, 32+',
  corsOrigins: '*',
  stripeApiUrl: 'http://127.0.0.1:1',
  worker: false,
  logLevel: 'silent',
  ...options.config,
});

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
  return {
    status: response.statusCode,
    body: type.includes('json') && response.body !== '' ? response.json() : response.body,
    headers: response.headers as Record<string, string | undefined>,
  };
}

const quiet = new Logger(() => () => undefined);

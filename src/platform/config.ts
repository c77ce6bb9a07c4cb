import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { envSchema } from 'env-schema';
import type { RateClass } from './http/rate-limits.ts';

const onOff = (description: string, fallback: 'on' | 'off') =>
  Type.Unsafe<'on' | 'off'>({ type: 'string', enum: ['on', 'off'], default: fallback, description });

const allowance = (fallback: number, description: string) =>
  Type.Integer({ default: fallback, minimum: 1, maximum: 1_000_000_000, description });

const Environment = Type.Object({
  DATABASE_URL: Type.Optional(
    Type.String({
      description: 'Postgres 15 to 18; without it an embedded Postgres is started',
      minLength: 1,
    }),
  ),
  DATABASE_DIRECT_URL: Type.Optional(
    Type.String({
      description: 'The same database without a pooler, where DATABASE_URL leads through one',
      minLength: 1,
    }),
  ),
  DATABASE_POOL_SIZE: Type.Integer({
    default: 10,
    minimum: 2,
    maximum: 100,
    description: 'Connections per process',
  }),
  PREPARED_STATEMENTS: onOff('off behind a transaction pooler that does not support them', 'on'),
  DATA_DIR: Type.String({ default: '.makegood', description: 'Where the embedded Postgres keeps its data' }),
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65535 }),
  HOST: Type.String({ default: '127.0.0.1', description: 'The address to listen on' }),
  METRICS_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65535,
      description: 'Prometheus metrics; without it none are served',
    }),
  ),
  TOKEN_SECRET: Type.Optional(
    Type.String({ minLength: 32, description: 'Signs customer tokens and quotes; needed with DATABASE_URL' }),
  ),
  CORS_ORIGINS: Type.String({
    default: '*',
    description: 'Origins of shop front ends, comma-separated, or *',
  }),
  WEBHOOK_PRIVATE_ADDRESSES: onOff("on to try webhooks against one's own machine", 'off'),
  STRIPE_API_URL: Type.String({
    default: 'https://api.stripe.com',
    pattern: '^https?://[^/?#]+/?$',
    description: 'Where Stripe is called; another address is for stand-ins in tests',
  }),
  TRUST_PROXY: Type.String({
    default: 'off',
    pattern: '^(off|[1-9]|[0-9a-fA-F.:/, ]+)$',
    description: 'How many proxies stand in front, or their addresses: whose X-Forwarded-For is believed',
  }),
  RATE_LIMITS: onOff('off where something in front counts requests', 'on'),
  RATE_LIMIT_READ: allowance(12_000, 'Reads per minute and secret key'),
  RATE_LIMIT_WRITE: allowance(6_000, 'Writes per minute and secret key'),
  RATE_LIMIT_BULK: allowance(120, 'Bulk requests per minute and secret key'),
  RATE_LIMIT_FRONT: allowance(
    600,
    'Requests per minute and customer, link, or address with a publishable key',
  ),
  RATE_LIMIT_OPEN: allowance(1_200, 'Callbacks per minute and address'),
  RATE_LIMIT_REFUSED: allowance(60, 'Credentials that do not count, per minute and address'),
  RATE_LIMIT_GUESSED: allowance(
    30,
    'Tokens of links that lead nowhere and codes that nobody has, per minute and caller',
  ),
  WORKER: onOff('off where src/worker.ts runs the jobs', 'on'),
  LOG_LEVEL: Type.Unsafe<'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'>({
    type: 'string',
    enum: ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
  }),
});

type Environment = Static<typeof Environment>;

export interface Config {
  /** Absent: an embedded Postgres is started in `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** The same database without a pooler between; absent: `databaseUrl`. */
  readonly databaseDirectUrl: string | undefined;
  readonly poolSize: number;
  readonly preparedStatements: boolean;
  readonly dataDir: string;
  readonly port: number;
  readonly host: string;
  readonly metricsPort: number | undefined;
  readonly tokenSecret: string;
  readonly corsOrigins: readonly string[] | '*';
  /** Webhooks may go to loopback and private addresses. */
  readonly webhookPrivateAddresses: boolean;
  /** Scheme, host and port, without a path. */
  readonly stripeApiUrl: string;
  /** Number of proxies in front, or their addresses; false: the address of the connection counts. */
  readonly trustProxy: number | string | false;
  /** Requests per minute by class; undefined: nothing is counted. */
  readonly rateLimits: Readonly<Record<RateClass, number>> | undefined;
  readonly worker: boolean;
  readonly logLevel: Environment['LOG_LEVEL'];
}

/** Reads the environment; every bad variable is reported in one error. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const read = envSchema<Environment>({ schema: Environment, data: env, dotenv: false });
  if (read.DATABASE_URL !== undefined && read.TOKEN_SECRET === undefined) {
    throw new Error('env/TOKEN_SECRET is required with DATABASE_URL (32 characters or more)');
  }
  if (read.DATABASE_URL === undefined && read.DATABASE_DIRECT_URL !== undefined) {
    throw new Error('env/DATABASE_DIRECT_URL is the same database as DATABASE_URL, which is not set');
  }
  return {
    databaseUrl: read.DATABASE_URL,
    databaseDirectUrl: read.DATABASE_DIRECT_URL,
    poolSize: read.DATABASE_POOL_SIZE,
    preparedStatements: read.PREPARED_STATEMENTS === 'on',
    dataDir: resolve(read.DATA_DIR),
    port: read.PORT,
    host: read.HOST,
    metricsPort: read.METRICS_PORT,
    tokenSecret: read.TOKEN_SECRET ?? embeddedSecret(resolve(read.DATA_DIR)),
    corsOrigins:
      read.CORS_ORIGINS === '*' ? '*' : read.CORS_ORIGINS.split(',').map((origin) => origin.trim()),
    webhookPrivateAddresses: read.WEBHOOK_PRIVATE_ADDRESSES === 'on',
    stripeApiUrl: read.STRIPE_API_URL,
    trustProxy: readTrustProxy(read.TRUST_PROXY),
    rateLimits: read.RATE_LIMITS === 'on' ? readRateLimits(read) : undefined,
    worker: read.WORKER === 'on',
    logLevel: read.LOG_LEVEL,
  };
}

const readTrustProxy = (text: string): Config['trustProxy'] => {
  if (text === 'off') return false;
  return /^[1-9]$/.test(text) ? Number(text) : text;
};

const readRateLimits = (read: Environment) => ({
  read: read.RATE_LIMIT_READ,
  write: read.RATE_LIMIT_WRITE,
  bulk: read.RATE_LIMIT_BULK,
  front: read.RATE_LIMIT_FRONT,
  open: read.RATE_LIMIT_OPEN,
  refused: read.RATE_LIMIT_REFUSED,
  guessed: read.RATE_LIMIT_GUESSED,
});

/** The embedded mode keeps its secret beside its data, so that tokens survive a restart and no default exists. */
function embeddedSecret(dataDir: string): string {
  const file = join(dataDir, 'token-secret');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(dataDir, { recursive: true });
  const secret = randomBytes(32).toString('base64url');
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}

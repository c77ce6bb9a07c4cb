import { buildApp } from './app.ts';
import { systemClock } from './platform/clock.ts';
import type { Deps } from './platform/context.ts';
import { openDatabase } from './platform/db/client.ts';
import { toOpenApi30 } from './platform/http/openapi-3-0.ts';
import { createLogger } from './platform/logging.ts';
import { describeErrors, describeEvents } from './registry.ts';

/** The files of openapi/, made from the code alone. No database is asked. */
export async function buildDocuments(): Promise<Record<string, string>> {
  const log = createLogger('silent');
  const config = { ...inertConfig, logLevel: 'silent' as const };
  const db = openDatabase('postgres://127.0.0.1:1/none', config, log);
  const deps: Deps = { config, db, clock: systemClock, log, wakeDispatcher: () => undefined };
  const app = await buildApp(deps);
  const document = app.swagger();
  await app.close();
  await db.$client.end();
  return {
    'openapi.json': print(document),
    'openapi-3.0.json': print(toOpenApi30(document)),
    'events.json': print(describeEvents()),
    'errors.md': describeErrors(),
  };
}

const print = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

const inertConfig = {
  databaseUrl: undefined,
  databaseDirectUrl: undefined,
  poolSize: 1,
  preparedStatements: true,
  dataDir: '',
  port: 0,
  host: '127.0.0.1',
  metricsPort: undefined,
  tokenSecret: 'documents are made without any secret',
  corsOrigins: '*' as const,
  webhookPrivateAddresses: false,
  stripeApiUrl: 'http://127.0.0.1:1',
  trustProxy: false as const,
  rateLimits: undefined,
  worker: false,
};

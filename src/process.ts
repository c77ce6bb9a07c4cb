import { setTimeout as sleep } from 'node:timers/promises';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import type { Config } from './platform/config.ts';
import type { Deps } from './platform/context.ts';
import { type Db, openDatabase } from './platform/db/client.ts';
import { startEmbedded } from './platform/db/embedded.ts';
import { atMost } from './platform/at-most.ts';
import { systemClock } from './platform/clock.ts';
import type { Logger } from './platform/logging.ts';

const GOODBYE_MS = 1_000;
// Nobody needs an answer any more when the pool ends: what still waits for one waits for a connection that says nothing.
const END_POOL_MS = 4_000;

/** What a process stands on: a logger, a database and the dependencies made of them. */
export interface Foundation {
  readonly log: Logger;
  readonly db: Db;
  /** Where a session is one's own, also when requests go through a pooler: for migrations, jobs and what listens. */
  readonly directUrl: string;
  /** The database is the project's own, started by this process. */
  readonly embedded: boolean;
  deps(wakeDispatcher?: () => void): Deps;
  close(): Promise<void>;
}

/** Where a running server says how to reach its embedded database; readable by its owner only. */
export const connectionFile = (dataDir: string): string => join(dataDir, 'connection');

/** Opens the database that the configuration names, or starts the embedded one. */
export async function layFoundation(
  config: Config,
  log: Logger,
  options: { fresh?: boolean; patient?: boolean } = {},
): Promise<Foundation> {
  const server =
    config.databaseUrl === undefined
      ? await startEmbedded({ dataDir: config.dataDir, log, fresh: options.fresh ?? false })
      : undefined;
  const connectionString = server?.connectionString ?? config.databaseUrl ?? '';
  if (server) {
    await mkdir(config.dataDir, { recursive: true });
    await writeFile(connectionFile(config.dataDir), `${connectionString}\n`, { mode: 0o600 });
  }
  const directUrl = config.databaseDirectUrl ?? connectionString;
  const { patient = false } = options;
  const db = openDatabase(patient ? directUrl : connectionString, config, log, { patient });
  return {
    log,
    db,
    directUrl,
    embedded: server !== undefined,
    deps: (wakeDispatcher = () => undefined) => ({ config, db, clock: systemClock, log, wakeDispatcher }),
    async close() {
      await atMost(END_POOL_MS, endPool(db.$client));
      if (server) await rm(connectionFile(config.dataDir), { force: true });
      await server?.stop();
    },
  };
}

// A pool says that it has ended while its connections are still saying goodbye. Postgres, stopped at that moment, would
// cut them, with a warning for each in the log of every ordinary stop.
async function endPool(pool: Pool): Promise<void> {
  let open = pool.totalCount;
  const closed = new Promise<void>((resolve) => {
    pool.on('remove', () => {
      open -= 1;
      if (open === 0) resolve();
    });
  });
  await pool.end();
  if (open > 0) await Promise.race([closed, sleep(GOODBYE_MS, undefined, { ref: false })]);
}

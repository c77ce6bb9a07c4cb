import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import type { Logger } from '../logging.ts';

const FOLDER = fileURLToPath(new URL('../../../migrations/', import.meta.url));
// Arbitrary, and this project's own: two processes that start together migrate one after the other.
const MIGRATION_LOCK = 7_223_000;
const LOCK_RETRY_MS = 50;

/**
 * Brings the database to the newest schema: every file of `migrations/` once, in the order of its name, each in a
 * transaction with the note that it was run. Under an advisory lock, so that any number of processes may start at once.
 */
export async function migrateDatabase(connectionString: string, log: Logger): Promise<void> {
  const [holder, client] = [openClient(connectionString, log), openClient(connectionString, log)];
  try {
    await holder.connect();
    await checkServer(holder);
    await lockMigrations(holder);
    await client.connect();
    await client.query(
      'create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ name: string }>('select name from schema_migrations');
    const applied = new Set(rows.map((row) => row.name));
    for (const name of await listMigrations()) {
      if (!applied.has(name)) await applyMigration(client, name, log);
    }
    await runMigrations({ connectionString });
  } finally {
    await client.end();
    // Ends the transaction and with it the lock.
    await holder.end();
  }
}

function openClient(connectionString: string, log: Logger): pg.Client {
  const client = new pg.Client({ connectionString });
  client.on('error', (error) => log.warn({ err: error }, 'a migration connection was lost'));
  return client;
}

// Held by an open transaction, not by a session: behind a pooler the session would be somebody else's by now, and the lock
// would stay with it after the migrations, so that no process could ever start again. And asked for again and again, not
// waited for: those that wait would take the pooler's few connections from the one that has the lock.
async function lockMigrations(client: pg.Client): Promise<void> {
  for (;;) {
    await client.query('begin; set local idle_in_transaction_session_timeout = 0');
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_xact_lock($1) as held', [
      MIGRATION_LOCK,
    ]);
    if (rows[0]?.held) return;
    await client.query('rollback');
    await sleep(LOCK_RETRY_MS);
  }
}

const listMigrations = async () => (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).toSorted();

async function applyMigration(client: pg.Client, name: string, log: Logger): Promise<void> {
  const text = await readFile(`${FOLDER}${name}`, 'utf8');
  await client.query('begin');
  try {
    await client.query(text);
    await client.query('insert into schema_migrations (name) values ($1)', [name]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`migration ${name} failed`, { cause: error });
  }
  log.info({ migration: name }, 'migrated');
}

async function checkServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string }>('show server_version_num');
  const major = Math.floor(Number(Object.values(rows[0] ?? {})[0]) / 10_000);
  if (major < 15) throw new Error(`Postgres ${major} is too old: Makegood needs 15 or newer`);
}

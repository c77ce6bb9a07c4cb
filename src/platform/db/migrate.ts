import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import type { Logger } from '../logging.ts';

const FOLDER = fileURLToPath(new URL('../../../migrations/', import.meta.url));
// Arbitrary, and this project's own: two processes that start together migrate one after the other.
const MIGRATION_LOCK = 7_223_000;

/**
 * Brings the database to the newest schema: every file of `migrations/` once, in the order of its name, each in a
 * transaction with the note that it was run. Under an advisory lock, so that any number of processes may start at once.
 */
export async function migrateDatabase(connectionString: string, log: Logger): Promise<void> {
  const client = new pg.Client({ connectionString });
  client.on('error', (error) => log.warn({ err: error }, 'the migration connection was lost'));
  await client.connect();
  try {
    await checkServer(client);
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
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
    // Ends the session and with it the lock.
    await client.end();
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

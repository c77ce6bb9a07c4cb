import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { removeEmbedded, startEmbedded } from '../../src/platform/db/embedded.ts';
import { migrateDatabase } from '../../src/platform/db/migrate.ts';

const TEMPLATE = 'makegood_template';
const FOLDER_PREFIX = 'makegood-test-run-';
// A folder this young may belong to a run that is about to take its lock.
const ABANDONED_AFTER_MS = 60_000;
// What a test run writes need not survive a power cut, and several test files have pools of their own open.
const FLAGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=150'].flatMap(
  (setting) => ['-c', setting],
);
const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }));

export interface TestPostgres {
  /** A superuser on the database `postgres`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts an empty Postgres for tests with the migrated template database in it; `stop` deletes it again. */
export async function startTestPostgres(): Promise<TestPostgres> {
  await removeAbandoned();
  const dataDir = fs.mkdtempSync(join(tmpdir(), FOLDER_PREFIX));
  // Started by root, Postgres runs as another user, who has to get in.
  fs.chmodSync(dataDir, 0o755);
  const remove = () => fs.rmSync(dataDir, { recursive: true, force: true });
  try {
    const server = await startEmbedded({ dataDir, log, flags: FLAGS });
    const url = databaseUrl(server.connectionString, 'postgres');
    const stop = async () => {
      await server.stop();
      await removeEmbedded(dataDir, log);
      remove();
    };
    try {
      await makeTemplate(url);
    } catch (error) {
      await stop();
      throw error;
    }
    return { url, stop };
  } catch (error) {
    remove();
    throw error;
  }
}

interface Teardown {
  teardown(end: () => Promise<void>): unknown;
}

/** A migrated database for this test file alone, dropped when `t` ends. */
// Copying files takes a quarter of the time of copying through the log.
export const createTestDatabase = (t: Teardown): Promise<{ url: string }> =>
  createDatabase(t, `template ${TEMPLATE} strategy file_copy`);

/** A database without any tables, for tests of migrations. */
export const createEmptyDatabase = (t: Teardown): Promise<{ url: string }> =>
  createDatabase(t, 'template template0');

async function createDatabase(t: Teardown, options: string): Promise<{ url: string }> {
  const admin = await adminUrl();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await statement(admin, `create database ${name} ${options}`);
  // By force: a test that failed may have left connections open.
  t.teardown(() => statement(admin, `drop database ${name} with (force)`));
  return { url: databaseUrl(admin, name) };
}

/** How the application reaches a database: through the pooler where the run has one. What tests do themselves goes direct. */
export function applicationUrl(directUrl: string): string {
  const pooler = process.env['TEST_POOLER_URL'];
  if (pooler === undefined) return directUrl;
  const url = new URL(directUrl);
  url.port = new URL(pooler).port;
  return url.href;
}

let own: Promise<string> | undefined;

// The test run gives every test file its Postgres. A file that is run by itself starts one of its own.
function adminUrl(): Promise<string> {
  const given = process.env['TEST_POSTGRES_URL'];
  own ??= given === undefined ? startOwn() : Promise.resolve(given);
  return own;
}

async function startOwn(): Promise<string> {
  const server = await startTestPostgres();
  // Not imported above, because the test run imports this file and must not become a test itself.
  const { default: root } = await import('tap');
  root.teardown(() => server.stop());
  return server.url;
}

async function makeTemplate(admin: string): Promise<void> {
  await statement(admin, `create database ${TEMPLATE}`);
  await migrateDatabase(databaseUrl(admin, TEMPLATE), log);
  // A database that someone is connected to cannot be cloned.
  await statement(admin, `alter database ${TEMPLATE} with allow_connections false is_template true`);
}

async function statement(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  client.on('error', (error) => log.warn({ err: error }, 'the connection was lost'));
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function databaseUrl(base: string, name: string): string {
  const url = new URL(base);
  url.pathname = `/${name}`;
  return url.href;
}

// A test run that was killed leaves its Postgres running.
async function removeAbandoned(): Promise<void> {
  for (const entry of fs.readdirSync(tmpdir()).filter((name) => name.startsWith(FOLDER_PREFIX))) {
    const folder = join(tmpdir(), entry);
    try {
      if (Date.now() - fs.statSync(folder).mtimeMs < ABANDONED_AFTER_MS) continue;
      await removeEmbedded(folder, log);
      fs.rmSync(folder, { recursive: true, force: true });
    } catch {
      // In use, or another user's.
    }
  }
}

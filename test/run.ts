import * as fs from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Build, buildProject } from './support/build.ts';
import { startTestPostgres } from './support/database.ts';
import { findPgBouncer, followsPrepared, type Pooler, startPooler } from './support/pooler.ts';
import type { Counts } from './support/report.ts';
import { type RunOptions, runFiles } from './support/runner.ts';

// npm test: one Postgres for all test files, each file a program of its own, compiled with the others before they start, and
// the counts in the last line.
//   npm test [-- file …]      npm run test:long [-- file … --begin-within seconds]
// TEST_POOLER=on puts a PgBouncer in transaction mode between the application and Postgres; TEST_POOLER=prepared one that
// follows prepared statements.

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LONG = join('test', 'long') + sep;
// A file that hangs is ended: on a machine that is busy with others the slowest take minutes.
const USUAL = { jobs: 2, seconds: 300 };
const LENGTHY = { jobs: 1, seconds: 1_500 };

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());

function listTests(long: boolean): string[] {
  return (
    fs
      .readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
      .map((file) => join('test', file))
      .filter((file) => file.endsWith('.test.ts') && file.startsWith(LONG) === long)
      .toSorted()
      // Backwards, those with processes and storms come first, and no core waits at the end for the other's last file.
      .toReversed()
  );
}

async function startAskedPooler(postgresUrl: string): Promise<Pooler | undefined> {
  const asked = process.env['TEST_POOLER'];
  if (asked === undefined) return undefined;
  if (asked !== 'on' && asked !== 'prepared') throw new Error('TEST_POOLER is on or prepared');
  if (!findPgBouncer()) throw new Error('TEST_POOLER needs pgbouncer, which is not installed');
  if (asked === 'on') return startPooler(postgresUrl);
  if (followsPrepared()) return startPooler(postgresUrl, { maxPreparedStatements: 200 });
  throw new Error('TEST_POOLER=prepared needs PgBouncer 1.21 or newer');
}

async function main(): Promise<Counts> {
  const { values, positionals } = parseArgs({
    options: { long: { type: 'boolean', default: false }, 'begin-within': { type: 'string' } },
    allowPositionals: true,
  });
  const named = positionals.map((file) => relative(ROOT, resolve(file)));
  const files = named.length > 0 ? named : listTests(values.long);
  if (files.length === 0) return { passed: 0, failed: 0 };
  const build = buildProject();
  try {
    const limits = values.long ? LENGTHY : USUAL;
    const within = values['begin-within'];
    return await runOnPostgres(
      build,
      files,
      within === undefined ? limits : { ...limits, beginWithinSeconds: Number(within) },
    );
  } finally {
    build.remove();
  }
}

async function runOnPostgres(
  build: Build,
  files: readonly string[],
  limits: Pick<RunOptions, 'jobs' | 'seconds' | 'beginWithinSeconds'>,
): Promise<Counts> {
  const postgres = await startTestPostgres();
  let pooler: Pooler | undefined;
  try {
    pooler = await startAskedPooler(postgres.url);
    const env = {
      TEST_POSTGRES_URL: postgres.url,
      TEST_BUILD: build.programs,
      ...(pooler ? { TEST_POOLER_URL: pooler.through(postgres.url) } : {}),
    };
    return await runFiles(files, {
      ...limits,
      cwd: ROOT,
      env,
      tree: build.tree,
      signal: interrupt.signal,
    });
  } finally {
    await pooler?.stop();
    await postgres.stop();
  }
}

try {
  const { passed, failed } = await main();
  // A run in which nothing was tested proves nothing.
  process.exitCode = interrupt.signal.aborted ? 130 : failed > 0 || passed === 0 ? 1 : 0;
  console.log(`\n${passed} passed, ${failed} failed`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
  console.log('\n0 passed, 1 failed');
}

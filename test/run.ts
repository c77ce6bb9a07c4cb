import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildProject } from './support/build.ts';
import { startTestPostgres } from './support/database.ts';
import { findPgBouncer, followsPrepared, type Pooler, startPooler } from './support/pooler.ts';
import { type Counts, createReport } from './support/report.ts';

// npm test: one Postgres for all test files, tap over them, and the counts in the last line.
//   npm test [-- file …]      npm run test:long [-- file …]
// TEST_POOLER=on puts a PgBouncer in transaction mode between the application and Postgres; TEST_POOLER=prepared one that
// follows prepared statements.

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LONG = join('test', 'long') + sep;
const KILL_AFTER_MS = 5_000;

const tapPackage = createRequire(import.meta.url).resolve('tap/package.json');
const tapProgram = join(dirname(tapPackage), 'dist', 'esm', 'run.mjs');

let interrupted = false;
let interrupt = () => {};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    interrupt();
  });
}

function listTests(long: boolean): string[] {
  return fs
    .readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .map((file) => join('test', file))
    .filter((file) => file.endsWith('.test.ts') && file.startsWith(LONG) === long)
    .toSorted();
}

// tap's own TypeScript plugin does not run on TypeScript 7. Without it tap has to be put together anew once,
// and does so by itself only after it has decided how to start the test files of that run: they would all
// fail.
function buildTap(): void {
  const testPackage = createRequire(tapPackage).resolve('@tapjs/test/package.json');
  const built = join(dirname(testPackage), 'test-built', 'dist', 'esm', 'index.js');
  if (!fs.readFileSync(built, 'utf8').includes('@tapjs/typescript')) return;
  console.log('Putting tap together without its TypeScript plugin (once after an install)');
  const build = spawnSync(process.execPath, [tapProgram, 'build'], { cwd: ROOT, stdio: 'inherit' });
  if (build.status !== 0) throw new Error('tap could not be built');
}

function runTap(args: string[], env: Record<string, string>): Promise<Counts & { code: number }> {
  const report = createReport((line) => console.log(line));
  const child = spawn(process.execPath, [tapProgram, '--reporter=tap', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    // A process group of its own: Ctrl-C reaches this process only, which then ends tap with all its test
    // files.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has ended.
    }
  };
  interrupt = () => {
    kill('SIGTERM');
    setTimeout(kill, KILL_AFTER_MS, 'SIGKILL').unref();
  };
  if (interrupted) interrupt();
  const lines = createInterface({ input: child.stdout }).on('line', report.onLine);
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => {
      lines.close();
      done({ ...report.counts(), code: code ?? 1 });
    });
  });
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

async function main(): Promise<Counts & { code: number }> {
  const { values, positionals } = parseArgs({
    options: { long: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const files = positionals.length > 0 ? positionals : listTests(values.long);
  if (files.length === 0) return { passed: 0, failed: 0, code: 1 };
  buildTap();
  const build = buildProject();
  const postgres = await startTestPostgres();
  let pooler: Pooler | undefined;
  try {
    pooler = await startAskedPooler(postgres.url);
    const limits = values.long ? ['--timeout=1500', '--jobs=1'] : [];
    const env = {
      TEST_POSTGRES_URL: postgres.url,
      TEST_BUILD: build.folder,
      ...(pooler ? { TEST_POOLER_URL: pooler.through(postgres.url) } : {}),
    };
    return await runTap([...limits, ...files], env);
  } finally {
    await pooler?.stop();
    await postgres.stop();
    build.remove();
  }
}

try {
  const { passed, failed, code } = await main();
  // A run in which nothing was tested proves nothing.
  const failure = code !== 0 || failed > 0 || passed === 0;
  process.exitCode = interrupted ? 130 : failure ? code || 1 : 0;
  console.log(`\n${passed} passed, ${failed} failed`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
  console.log('\n0 passed, 1 failed');
}

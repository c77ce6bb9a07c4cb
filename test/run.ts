import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startTestPostgres } from './support/database.ts';

// npm test: one Postgres for all test files, tap over them, and the counts in the last line.
//   npm test [-- file …]      npm run test:long [-- file …]

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LONG = `${join('test', 'long')}/`;
const KILL_AFTER_MS = 5_000;

const require = createRequire(import.meta.url);
const tapRequire = createRequire(require.resolve('tap/package.json'));
const tapProgram = join(dirname(require.resolve('tap/package.json')), 'dist/esm/run.mjs');

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

// tap's own TypeScript plugin does not run on TypeScript 7. Without it tap has to be put together anew once, and
// does so by itself only after it has decided how to start the test files of that run: they would all fail.
function buildTap(): void {
  const built = tapRequire.resolve('@tapjs/test/built');
  if (fs.existsSync(built) && !fs.readFileSync(built, 'utf8').includes('@tapjs/typescript')) return;
  console.log('Building tap without its TypeScript plugin (once after an install)');
  const build = spawnSync(process.execPath, [tapProgram, 'build'], { cwd: ROOT, stdio: 'inherit' });
  if (build.status !== 0) throw new Error('tap could not be built');
}

function runTap(args: string[], postgresUrl: string): Promise<number> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [tapProgram, '--reporter=terse', ...args], {
      cwd: ROOT,
      // Without a terminal, CI makes the reporter write every result once instead of repainting them.
      env: { ...process.env, TEST_POSTGRES_URL: postgresUrl, ...(process.stdout.isTTY ? {} : { CI: '1' }) },
      // A process group of its own: Ctrl-C reaches this process only, which then ends tap with all its test files.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
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
    child.once('error', failed);
    child.once('close', (code) => done(code ?? 1));
  });
}

/** tap ends its output with the counts of its parser: assertions, without the subtests and files around them. */
function readCounts(tapFile: string): { passed: number; failed: number } {
  const output = fs.existsSync(tapFile) ? fs.readFileSync(tapFile, 'utf8') : '';
  const summary = /^# \{ total: \d+(?:, pass: (\d+))?(?:, fail: (\d+))?/gm;
  const last = [...output.matchAll(summary)].at(-1);
  if (!last) return { passed: 0, failed: 1 };
  return { passed: Number(last[1] ?? 0), failed: Number(last[2] ?? 0) };
}

async function main(): Promise<{ passed: number; failed: number; code: number }> {
  const { values, positionals } = parseArgs({
    options: { long: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const files = positionals.length > 0 ? positionals : listTests(values.long);
  if (files.length === 0) return { passed: 0, failed: 0, code: 1 };
  buildTap();
  const folder = fs.mkdtempSync(join(tmpdir(), 'makegood-test-output-'));
  const output = join(folder, 'output.tap');
  const postgres = await startTestPostgres();
  try {
    const limits = values.long ? ['--timeout=1500', '--jobs=1'] : [];
    const code = await runTap([`--output-file=${output}`, ...limits, ...files], postgres.url);
    return { ...readCounts(output), code };
  } finally {
    await postgres.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

try {
  const { passed, failed, code } = await main();
  // A run in which nothing was tested proves nothing.
  process.exitCode = interrupted ? 130 : failed > 0 || passed === 0 ? code || 1 : code;
  console.log(`${passed} passed, ${failed} failed`);
} catch (error) {
  process.exitCode = 1;
  console.error(error);
  console.log('0 passed, 1 failed');
}

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createPlaces } from './places.ts';
import { type Counts, createReport } from './report.ts';

export interface RunOptions {
  readonly cwd: string;
  readonly env: Record<string, string>;
  /** The folder with their compiled form. */
  readonly tree: string;
  /** How many files run at once. */
  readonly jobs: number;
  /** After so long a file has hung; it is ended. */
  readonly seconds: number;
  /** What would begin later than that is named and left out. */
  readonly beginWithinSeconds?: number;
  readonly signal: AbortSignal;
}

const KILL_AFTER_MS = 5_000;

/**
 * Runs test files, each in a process of its own, and says what came of them. They are run by Node and not through tap's own
 * runner, whose loaders cost each file as much time as the file itself.
 */
export async function runFiles(files: readonly string[], options: RunOptions): Promise<Counts> {
  const waiting = [...files];
  const lastBeginning = performance.now() + (options.beginWithinSeconds ?? Infinity) * 1_000;
  let passed = 0;
  let failed = 0;
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      if (performance.now() >= lastBeginning) {
        console.log(`no time left for ${file}`);
        continue;
      }
      const counts = await runFile(file, options);
      passed += counts.passed;
      failed += counts.failed;
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  return { passed, failed };
}

async function runFile(file: string, options: RunOptions): Promise<Counts> {
  if (options.signal.aborted) return { passed: 0, failed: 0 };
  const began = performance.now();
  const said: string[] = [];
  // Files that run beside each other speak one after the other.
  const places = createPlaces(options);
  const print = (line: string) => {
    if (options.jobs === 1) console.log(places(line));
    else said.push(places(line));
  };
  const report = createReport(file, print);
  const onComplaint = (line: string) => console.error(places(line));
  const code = await spawnFile(file, options, { onLine: report.onLine, onComplaint, print });
  const counts = report.end(code);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  print(`${counts.failed > 0 ? 'FAILED' : 'passed'}  ${file}  ${seconds} s`);
  if (said.length > 0) console.log(said.join('\n'));
  return counts;
}

/** The exit code; null when a signal ended it. */
function spawnFile(
  file: string,
  { cwd, env, tree, seconds, signal }: RunOptions,
  { onLine, onComplaint, print }: Record<'onLine' | 'onComplaint' | 'print', (line: string) => void>,
): Promise<number | null> {
  const child = spawn(process.execPath, [join(tree, file.replace(/\.ts$/, '.js'))], {
    cwd,
    env: { ...process.env, TAP_TIMEOUT: String(seconds), ...env },
    // A process group of its own: Ctrl-C reaches the run, which then ends its files with all that they have started.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // It has ended.
    }
  };
  const end = () => {
    kill('SIGTERM');
    setTimeout(kill, KILL_AFTER_MS, 'SIGKILL').unref();
  };
  // tap itself ends a test that takes too long; this is for a process that does not end.
  const hung = setTimeout(
    () => {
      print(`${file} did not end after ${seconds} s`);
      end();
    },
    (seconds + 10) * 1_000,
  );
  signal.addEventListener('abort', end, { once: true });
  const lines = createInterface({ input: child.stdout }).on('line', onLine);
  const complaints = createInterface({ input: child.stderr }).on('line', onComplaint);
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => {
      clearTimeout(hung);
      signal.removeEventListener('abort', end);
      lines.close();
      complaints.close();
      done(code);
    });
  });
}

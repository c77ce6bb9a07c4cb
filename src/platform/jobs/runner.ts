import { setTimeout as sleep } from 'node:timers/promises';
import { Logger as WorkerLogger, type Runner, parseCronItems, run } from 'graphile-worker';
import type { Deps } from '../context.ts';
import type { Logger } from '../logging.ts';
import { createWorkerPool, type WorkerPool } from './worker-pool.ts';

/** Work outside of a request. It may run more than once and must find the truth each time. */
export type Task = (deps: Deps, payload: never) => Promise<void>;

interface WorkerOptions {
  readonly connectionString: string;
  readonly tasks: Record<string, Task>;
  /** Tasks woken every minute. */
  readonly everyMinute?: readonly string[];
  /** How many jobs run at once; 4 when absent. */
  readonly concurrency?: number;
  /** How often each of them asks for a job when none is announced. */
  readonly pollIntervalMs?: number;
  /** How long `stop` waits for jobs under way before it cuts their connections; 12,000 when absent. */
  readonly stopWithinMs?: number;
}

// With time left, until the process stops waiting, to note on another connection what ended on one that was cut.
const STOP_WITHIN_MS = 12_000;
const IDLE_CHECK_MS = 20;
const IDLE_CHECKS = 50;

/** Starts graphile-worker on its own small pool. Timers of the business are not its jobs: it only wakes sweeps. */
export async function startWorker(deps: Deps, options: WorkerOptions): Promise<{ stop(): Promise<void> }> {
  const pool = createWorkerPool(options.connectionString, deps.log);
  const runner: Runner = await run({
    pgPool: pool,
    concurrency: options.concurrency ?? 4,
    noHandleSignals: true,
    // Where the jobs have to go through a pooler too, they are found when they are looked for.
    noPreparedStatements: !deps.config.preparedStatements,
    pollInterval: options.pollIntervalMs ?? 1_000,
    logger: workerLogger(deps.log),
    taskList: Object.fromEntries(
      Object.entries(options.tasks).map(([name, task]) => [
        name,
        (payload: unknown) => task(deps, payload as never),
      ]),
    ),
    parsedCronItems: parseCronItems(
      (options.everyMinute ?? []).map((task) => ({ task, match: '* * * * *' })),
    ),
  });
  return {
    async stop() {
      // On a connection that says nothing any more the worker would wait for its last answer.
      const timer = setTimeout(() => pool.cut(), options.stopWithinMs ?? STOP_WITHIN_MS);
      await runner.stop().catch(() => undefined);
      clearTimeout(timer);
      await untilIdle(pool);
      await pool.end();
    },
  };
}

// The worker has stopped when its jobs have ended; that they have ended it notes without waiting for the note. A job whose note
// is lost would stay locked.
async function untilIdle(pool: WorkerPool): Promise<void> {
  for (let left = IDLE_CHECKS; left > 0; left -= 1) {
    await sleep(IDLE_CHECK_MS);
    if (pool.waitingCount === 0 && pool.idleCount === pool.totalCount) return;
  }
}

const workerLogger = (log: Logger) =>
  new WorkerLogger(() => (level: string, message, meta) => {
    if (level === 'error') log.error({ meta }, message);
    // It takes every job for one that keeps a connection; those of webhooks wait for somebody's server most of the time.
    else if (level === 'warning' && !message.includes('maxPoolSize')) log.warn({ meta }, message);
    else log.debug({ meta }, message);
  });

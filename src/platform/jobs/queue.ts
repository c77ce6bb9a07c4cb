import type { Tx } from '../db/client.ts';
import { preparedSql } from '../db/prepared.ts';

interface JobOptions {
  /** Jobs with the same key replace each other while they wait. */
  readonly key?: string;
  readonly runAt?: Date;
  readonly maxAttempts?: number;
  /** Jobs of one queue run one after the other. */
  readonly queue?: string;
  /** Lower comes first; 0 when absent. */
  readonly priority?: number;
}

/** One job of several that are enqueued together. */
export interface NewJob extends JobOptions {
  readonly task: string;
  readonly payload: object;
}

const MAX_ATTEMPTS = 12;

const addJobs = preparedSql(
  'add_jobs',
  `select count(*) from graphile_worker.add_jobs(array(
     select (j.task, j.payload, j.queue, j.run_at, j.max_attempts, j.key, j.priority, null)::graphile_worker.job_spec
     from json_to_recordset($1::json) as j (task text, payload json, queue text, run_at timestamptz,
       max_attempts smallint, key text, priority smallint)))`,
);

/** Enqueues any number of jobs in one statement. Keys must differ. */
export async function enqueueAll(tx: Tx, jobs: readonly NewJob[]): Promise<void> {
  if (jobs.length === 0) return;
  const specs = jobs.map(({ runAt, maxAttempts = MAX_ATTEMPTS, ...job }) => ({
    ...job,
    run_at: runAt ?? null,
    max_attempts: maxAttempts,
  }));
  await addJobs(tx, [JSON.stringify(specs)]);
}

/** Enqueues work that leaves the process, in the transaction that decides it: both happen or neither. */
export const enqueue = (tx: Tx, task: string, payload: object, options: JobOptions = {}): Promise<void> =>
  enqueueAll(tx, [{ ...options, task, payload }]);

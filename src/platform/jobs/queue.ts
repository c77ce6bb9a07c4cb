import type { Tx } from '../db/client.ts';
import { preparedSql } from '../db/prepared.ts';

interface JobOptions {
  /** Jobs with the same key replace each other while they wait. */
  readonly key?: string;
  readonly runAt?: Date;
  readonly maxAttempts?: number;
}

const addJob = preparedSql(
  'add_job',
  `select graphile_worker.add_job($1, $2::json, run_at => $3, max_attempts => $4, job_key => $5)`,
);

/** Enqueues work that leaves the process, in the transaction that decides it: both happen or neither. */
export async function enqueue(
  tx: Tx,
  task: string,
  payload: object,
  options: JobOptions = {},
): Promise<void> {
  await addJob(tx, [
    task,
    JSON.stringify(payload),
    options.runAt ?? null,
    options.maxAttempts ?? 12,
    options.key ?? null,
  ]);
}

import { modules } from './modules.ts';
import type { Deps } from './platform/context.ts';
import { dispatchEvents } from './platform/events/dispatcher.ts';
import { type Loop, startLoop } from './platform/events/loop.ts';
import { purgeIdempotencyKeys } from './platform/jobs/purge.ts';
import { startWorker, type Task } from './platform/jobs/runner.ts';
import { runDueSweeps } from './platform/jobs/sweeps.ts';

const subscribers = modules.flatMap((module) => module.subscribers ?? []);
const sweeps = modules.flatMap((module) => module.sweeps ?? []);

/** Everything that graphile-worker runs. */
export const tasks: Record<string, Task> = {
  ...Object.assign({}, ...modules.map((module) => module.tasks ?? {})),
  sweep: async (deps) => void (await runDueSweeps(deps, sweeps)),
  purge: (deps) => purgeIdempotencyKeys(deps),
};

/** Hands every committed event to its subscribers, until none is left. */
export async function settleEvents(deps: Deps): Promise<void> {
  while ((await dispatchEvents(deps, subscribers)) > 0);
}

export interface Jobs {
  readonly dispatcher: Loop;
  stop(): Promise<void>;
}

/** Starts what runs beside the API: the dispatcher of events, and the worker with its sweeps. */
export async function startJobs(deps: Deps, connectionString: string): Promise<Jobs> {
  const worker = await startWorker(deps, { connectionString, tasks, everyMinute: ['sweep', 'purge'] });
  const dispatcher = startLoop(() => dispatchEvents(deps, subscribers), deps.log);
  return {
    dispatcher,
    async stop() {
      await dispatcher.stop();
      await worker.stop();
    },
  };
}

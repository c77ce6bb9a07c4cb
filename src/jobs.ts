import { modules } from './modules.ts';
import type { Deps } from './platform/context.ts';
import { dispatchEvents } from './platform/events/dispatcher.ts';
import { type Loop, startLoop } from './platform/events/loop.ts';
import { atMost } from './platform/at-most.ts';
import { purgeIdempotencyKeys } from './platform/jobs/purge.ts';
import { startWorker, type Task } from './platform/jobs/runner.ts';
import { runDueSweeps } from './platform/jobs/sweeps.ts';
import { deliverLane } from './platform/webhooks/deliver.ts';
import { fanOutWebhooks } from './platform/webhooks/fan-out.ts';
import { DELIVER_TASK } from './platform/webhooks/repository.ts';
import { purgeWebhookDeliveries, reviveWebhooks } from './platform/webhooks/upkeep.ts';

// Longer than a delivery to a slow endpoint, and within the time that a process takes to close. What asks a database that says
// nothing any more is not waited for: events and jobs are there at the next start.
const STOP_WITHIN_MS = 17_000;

const subscribers = modules.flatMap((module) => module.subscribers ?? []);
const sweeps = modules.flatMap((module) => module.sweeps ?? []);

const mainTasks: Record<string, Task> = {
  ...Object.assign({}, ...modules.map((module) => module.tasks ?? {})),
  sweep: async (deps) => void (await runDueSweeps(deps, sweeps)),
  purge: async (deps) => {
    await purgeIdempotencyKeys(deps);
    await purgeWebhookDeliveries(deps);
  },
  'webhooks.revive': reviveWebhooks,
};
const deliveryTasks: Record<string, Task> = {
  [DELIVER_TASK]: (deps, lane: never) => deliverLane(deps, lane),
};

/** Everything that graphile-worker runs. */
export const tasks: Record<string, Task> = { ...mainTasks, ...deliveryTasks };

/** One round: numbers what was committed, hands it to the subscribers, and sets it on its way to webhooks. */
const dispatch = async (deps: Deps): Promise<number> =>
  (await dispatchEvents(deps, subscribers)) + (await fanOutWebhooks(deps));

/** Hands every committed event to its subscribers, until none is left. */
export async function settleEvents(deps: Deps): Promise<void> {
  while ((await dispatch(deps)) > 0);
}

export interface Jobs {
  readonly dispatcher: Loop;
  stop(): Promise<void>;
}

/** Starts what runs beside the API: the dispatcher of events, the worker with its sweeps, and that of webhooks. */
export async function startJobs(deps: Deps, connectionString: string): Promise<Jobs> {
  const worker = await startWorker(deps, {
    connectionString,
    tasks: mainTasks,
    everyMinute: ['sweep', 'purge', 'webhooks.revive', 'ledger.snapshot'],
  });
  // Workers of their own: those of payments never wait for somebody's slow server. Most of the time they wait, so many cost
  // little.
  const deliveries = await startWorker(deps, {
    connectionString,
    tasks: deliveryTasks,
    concurrency: 24,
    pollIntervalMs: 2_000,
  });
  const dispatcher = startLoop(() => dispatch(deps), deps.log);
  return {
    dispatcher,
    async stop() {
      const stopped = Promise.all([dispatcher.stop(), worker.stop(), deliveries.stop()]);
      await atMost(STOP_WITHIN_MS, stopped);
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startWorker } from '../../src/platform/jobs/runner.ts';
import { startApp } from '../support/app.ts';

const app = await startApp(t);
const { $client } = app.deps.db;
const count = async (what: string) => Number((await $client.query(`select count(*) from ${what}`)).rows[0].count);

/** Cuts every connection of the worker. */
async function loseWorkerConnections(): Promise<void> {
  await $client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'jobs'`,
  );
}

// The note that a job has ended is not waited for. Where it failed, the process ended with it.
t.test('connections that are lost while jobs end: the process lives, and each job ends once', async (t) => {
  const runs: string[] = [];
  const worker = await startWorker(app.deps, {
    connectionString: `${app.url}?application_name=jobs`,
    pollIntervalMs: 100,
    tasks: {
      ends: async () => {
        runs.push('ends');
        await loseWorkerConnections();
      },
      fails: async () => {
        runs.push('fails');
        await loseWorkerConnections();
        throw new Error('not this time');
      },
    },
  });
  t.teardown(() => worker.stop());
  for (const task of ['ends', 'fails']) {
    await $client.query('select graphile_worker.add_job($1, max_attempts => 1)', [task]);
  }
  const locked = 'graphile_worker.jobs where locked_at is not null';
  const deadline = Date.now() + 60_000;
  while (runs.length < 2 || (await count(locked)) > 0) {
    if (Date.now() > deadline) throw new Error('a job stays locked');
    await sleep(50);
  }
  t.same(runs.toSorted(), ['ends', 'fails']);
  t.equal(await count('graphile_worker.jobs'), 1, 'the one that failed is kept, the other is done');
});

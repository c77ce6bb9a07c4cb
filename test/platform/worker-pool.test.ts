import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startWorker } from '../../src/platform/jobs/runner.ts';
import { startApp } from '../support/app.ts';
import { makeRoad } from '../support/road.ts';

const app = await startApp(t);
const { $client } = app.deps.db;
const count = async (what: string) =>
  Number((await $client.query(`select count(*) from ${what}`)).rows[0].count);

const road = await makeRoad(t, app.url);

/** The worker cannot reach its database for a moment. */
function loseWorkerConnections(): void {
  road.set('cut');
  setTimeout(() => road.set('open'), 500);
}

// The note that a job has ended is not waited for. Where it failed, the process ended with it.
t.test('connections that are lost while jobs end: the process lives, and each job ends once', async (t) => {
  const runs: string[] = [];
  const worker = await startWorker(app.deps, {
    connectionString: road.url,
    pollIntervalMs: 100,
    tasks: {
      ends: async () => {
        runs.push('ends');
        loseWorkerConnections();
      },
      fails: async () => {
        runs.push('fails');
        loseWorkerConnections();
        throw new Error('not this time');
      },
    },
  });
  t.teardown(() => worker.stop());
  const locked = 'graphile_worker.jobs where locked_at is not null';
  // One after the other: a job that is handed out while the connection is cut would be locked and run by nobody.
  for (const task of ['ends', 'fails']) {
    await $client.query('select graphile_worker.add_job($1, max_attempts => 1)', [task]);
    const deadline = Date.now() + 60_000;
    while (!runs.includes(task) || (await count(locked)) > 0) {
      if (Date.now() > deadline) throw new Error(`${task} stays locked`);
      await sleep(50);
    }
  }
  t.same(runs, ['ends', 'fails']);
  t.equal(await count('graphile_worker.jobs'), 1, 'the one that failed is kept, the other is done');
});

t.test('a worker stops in time, also when its connections say nothing any more', async (t) => {
  const worker = await startWorker(app.deps, {
    connectionString: road.url,
    stopWithinMs: 300,
    tasks: {},
  });
  // What it waits on for new jobs, and what lies in its pool.
  for (const traveller of road.travellers()) traveller.stall();
  const began = Date.now();
  await worker.stop();
  t.ok(Date.now() - began < 10_000, `it took ${Date.now() - began} ms`);
});

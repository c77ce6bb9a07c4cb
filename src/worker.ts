import { startJobs } from './jobs.ts';
import { readConfig } from './platform/config.ts';
import { layFoundation } from './process.ts';
import { onShutdown } from './shutdown.ts';

// Jobs only: for deployments that run them beside the API, on the same DATABASE_URL.
const config = readConfig();
if (config.databaseUrl === undefined)
  throw new Error('the worker needs DATABASE_URL: an embedded database has one process');
const foundation = await layFoundation(config);
const jobs = await startJobs(foundation.deps(), foundation.connectionString);
foundation.log.info('the worker runs');

onShutdown(foundation.log, async () => {
  await jobs.stop();
  await foundation.close();
});

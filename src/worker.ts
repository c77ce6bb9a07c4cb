import { startJobs } from './jobs.ts';
import { migrateDatabase } from './platform/db/migrate.ts';
import { layFoundation } from './process.ts';
import { runUntilStopped } from './shutdown.ts';

// Jobs only: for deployments that run them beside the API, on the same DATABASE_URL.
await runUntilStopped(async ({ config, log, opened }) => {
  if (config.databaseUrl === undefined)
    throw new Error('the worker needs DATABASE_URL: an embedded database has one process');
  const foundation = await layFoundation(config, log);
  opened(() => foundation.close());
  // Whichever process comes first migrates, the others wait for it.
  await migrateDatabase(foundation.directUrl, log);
  const jobs = await startJobs(foundation.deps(), foundation.directUrl);
  opened(() => jobs.stop());
  log.info('the worker runs');
});

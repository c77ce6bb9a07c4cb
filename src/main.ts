import { buildApp } from './app.ts';
import { type Jobs, startJobs } from './jobs.ts';
import { createKnownCredentials, type KnownCredentials } from './platform/auth/known-credentials.ts';
import { isDirect } from './platform/db/direct.ts';
import { migrateDatabase } from './platform/db/migrate.ts';
import type { Logger } from './platform/logging.ts';
import { createRegistry, instrument, serveMetrics } from './platform/http/metrics.ts';
import { layFoundation } from './process.ts';
import { type DemoKeys, seedDemoShop } from './cli/seed-demo.ts';
import { runUntilStopped } from './shutdown.ts';

await runUntilStopped(async ({ config, log, opened }) => {
  // Closed in the opposite order: no new requests, those in flight are answered, jobs end, and only then the database.
  const foundation = await layFoundation(config, log, { fresh: process.argv.includes('--fresh') });
  opened(() => foundation.close());
  await migrateDatabase(foundation.directUrl, log);

  let jobs: Jobs | undefined;
  const known = await rememberCredentials(foundation.directUrl, log);
  if (known) opened(() => known.close());
  const deps = { ...foundation.deps(() => jobs?.dispatcher.wake()), ...(known ? { known } : {}) };
  // A database of one's own is filled only when told to (npm run seed).
  const demo = foundation.embedded ? await seedDemoShop(deps) : undefined;

  if (config.worker) {
    jobs = await startJobs(deps, foundation.directUrl);
    opened(() => jobs?.stop() ?? Promise.resolve());
  }
  const registry = createRegistry(deps);
  const metrics = config.metricsPort === undefined ? undefined : await serveMetrics(registry, config);
  if (metrics) opened(() => metrics.close());
  const app = await buildApp(deps, (building) => instrument(building, registry));
  opened(() => app.closeGently());
  const address = await app.listen({ host: config.host, port: config.port });
  console.log(`\nMakegood listens on ${address}\nReference: ${address}/docs`);
  if (metrics) console.log(`Metrics: ${metrics.address}`);
  if (demo) introduce(demo, address);
});

// Through a pooler a process hears what it says itself, and not what others say: it would trust keys that are revoked.
async function rememberCredentials(directUrl: string, log: Logger): Promise<KnownCredentials | undefined> {
  if (await isDirect(directUrl)) return createKnownCredentials(directUrl, log);
  log.warn(
    'the database is reached through a pooler only: keys are read for each request (DATABASE_DIRECT_URL)',
  );
  return undefined;
}

function introduce(demo: DemoKeys, address: string): void {
  console.log(`\nThe demo shop's secret key:      ${demo.secretKey}`);
  console.log(`The demo shop's publishable key: ${demo.publishableKey}\n\nTry:`);
  console.log(`curl -s -H 'Authorization: Bearer ${demo.secretKey}' '${address}/v1/orders?limit=3'\n`);
}

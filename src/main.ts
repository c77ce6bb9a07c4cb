import { buildApp } from './app.ts';
import { type Jobs, startJobs } from './jobs.ts';
import { readConfig } from './platform/config.ts';
import { migrateDatabase } from './platform/db/migrate.ts';
import { createRegistry, instrument, serveMetrics } from './platform/http/metrics.ts';
import { layFoundation } from './process.ts';
import { seedDemoShop } from './cli/seed-demo.ts';
import { onShutdown } from './shutdown.ts';

const config = readConfig();
const foundation = await layFoundation(config, { fresh: process.argv.includes('--fresh') });
await migrateDatabase(foundation.connectionString, foundation.log);

let jobs: Jobs | undefined;
const deps = foundation.deps(() => jobs?.dispatcher.wake());
// A database of one's own is filled only when told to (npm run seed).
const demo = foundation.embedded ? await seedDemoShop(deps) : undefined;

const registry = createRegistry(deps);
const app = await buildApp(deps, (building) => instrument(building, registry));
const metrics =
  config.metricsPort === undefined
    ? undefined
    : await serveMetrics(registry, config.host, config.metricsPort);
if (config.worker) jobs = await startJobs(deps, foundation.connectionString);

onShutdown(foundation.log, async () => {
  // In this order: no new requests, those in flight are answered, jobs end, and only then the database goes.
  await app.close();
  await jobs?.stop();
  metrics?.close();
  await foundation.close();
});

const address = await app.listen({ host: config.host, port: config.port });
console.log(`\nMakegood listens on ${address}\nReference: ${address}/docs\n`);
if (demo) {
  console.log(`The demo shop's secret key:      ${demo.secretKey}`);
  console.log(`The demo shop's publishable key: ${demo.publishableKey}\n\nTry:`);
  console.log(`curl -s -H 'Authorization: Bearer ${demo.secretKey}' '${address}/v1/orders?limit=3'\n`);
}

import { readConfig } from '../platform/config.ts';
import { migrateDatabase } from '../platform/db/migrate.ts';
import { listShops } from '../platform/shops/manage.ts';
import { getShop } from '../platform/shops/shop.ts';
import { layFoundation } from '../process.ts';
import { seedNorthwind } from './northwind/seed.ts';
import { findEmbeddedUrl } from './running-database.ts';
import { createDemoShop } from './seed-demo.ts';

// Fills a demo shop with Northwind: for a database of one's own, which the server never fills by itself.
const config = readConfig();
const running = config.databaseUrl ?? (await findEmbeddedUrl(config.dataDir));
const foundation = await layFoundation({ ...config, databaseUrl: running, logLevel: 'warn' });
await migrateDatabase(foundation.connectionString, foundation.log);
const deps = foundation.deps();
const there = (await listShops(foundation.db)).find(
  (shop) => shop.mode === 'test' && shop.name === 'Northwind Traders',
);
if (there) {
  console.log(`The demo shop ${there.id} is there; its keys were shown when it was made.`);
  await fill(there.id);
} else {
  const keys = await createDemoShop(deps);
  console.log(`Secret key:      ${keys.secretKey}\nPublishable key: ${keys.publishableKey}`);
  await fill(keys.shopId);
}
await foundation.close();

async function fill(shopId: string): Promise<void> {
  const report = await seedNorthwind(deps, await getShop(foundation.db, shopId));
  for (const line of report.lines) console.log(line);
}

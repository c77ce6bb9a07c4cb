import { migrateDatabase } from '../platform/db/migrate.ts';
import { getShop } from '../platform/shops/shop.ts';
import { runCommand } from './command.ts';
import { seedNorthwind } from './northwind/seed.ts';
import { createDemoShop, findDemoShop, seedDemoShop } from './seed-demo.ts';

// Fills a demo shop with Northwind: for a database of one's own, which the server never fills by itself.
await runCommand(async (foundation, ownsDemo) => {
  await migrateDatabase(foundation.directUrl, foundation.log);
  const deps = foundation.deps();
  const there = await findDemoShop(deps);
  if (ownsDemo && !there) {
    // The same shop, with the same keys, that the next start shows.
    showKeys(await seedDemoShop(deps));
    return;
  }
  if (there) console.log(`The demo shop ${there.id} is there; its keys were shown when it was made.`);
  const shopId = there?.id ?? showKeys(await createDemoShop(deps));
  const report = await seedNorthwind(deps, await getShop(foundation.db, shopId));
  for (const line of report.lines) console.log(line);
});

function showKeys(keys: { shopId: string; secretKey: string; publishableKey: string }): string {
  console.log(`Secret key:      ${keys.secretKey}\nPublishable key: ${keys.publishableKey}`);
  return keys.shopId;
}

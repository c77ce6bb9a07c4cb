import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiKey } from '../platform/auth/api-keys.ts';
import { SCOPES } from '../platform/auth/permissions.ts';
import { type Deps, systemContext } from '../platform/context.ts';
import { createShop, listShops } from '../platform/shops/manage.ts';
import { getShop, type Shop } from '../platform/shops/shop.ts';
import { DEMO_START } from './northwind/map.ts';
import { seedNorthwind } from './northwind/seed.ts';

export interface DemoKeys {
  readonly shopId: string;
  readonly secretKey: string;
  readonly publishableKey: string;
}

interface DemoFile extends DemoKeys {
  readonly isSeeded: boolean;
}

const NAME = 'Northwind Traders';
const fileOf = (dataDir: string) => join(dataDir, 'demo-shop.json');

/**
 * The demo shop of an embedded database: made once, filled once, completed when an earlier start was cut off. Its keys
 * are random like any shop's; a file beside the data remembers them, because the database holds only their hashes.
 */
export async function seedDemoShop(deps: Deps): Promise<DemoKeys> {
  const { dataDir } = deps.config;
  const known = await readDemoFile(deps, dataDir);
  if (known?.isSeeded) return known;
  const keys = known ?? (await adoptDemoShop(deps)) ?? (await createDemoShop(deps));
  await writeDemoFile(dataDir, { ...keys, isSeeded: false });
  console.log('Filling the demo shop with Northwind …');
  const report = await seedNorthwind(deps, await getShop(deps.db, keys.shopId));
  for (const line of report.lines) console.log(`  ${line}`);
  await writeDemoFile(dataDir, { ...keys, isSeeded: true });
  return keys;
}

/** Makes the demo shop: a test shop whose clock stands at the day after Northwind's last order. */
export async function createDemoShop(deps: Deps): Promise<DemoKeys> {
  const made = await createShop(deps, {
    name: NAME,
    currency: 'USD',
    timezone: 'UTC',
    mode: 'test',
    clockOffsetMs: BigInt(DEMO_START.getTime() - deps.clock.now().getTime()),
  });
  return { shopId: made.shop.id, secretKey: made.secretKey, publishableKey: made.publishableKey };
}

/** The demo shop that a seed made, whoever knows its keys. */
export const findDemoShop = async (deps: Deps): Promise<Shop | undefined> =>
  (await listShops(deps.db)).find((shop) => shop.mode === 'test' && shop.name === NAME);

/** New keys for a demo shop whose file is missing: the process was killed between the shop and the file. */
async function adoptDemoShop(deps: Deps): Promise<DemoKeys | undefined> {
  const shop = await findDemoShop(deps);
  if (!shop) return undefined;
  const ctx = systemContext(deps, shop, 'seed');
  const secret = await createApiKey(ctx, { kind: 'secret', name: 'Demo', scopes: SCOPES });
  const publishable = await createApiKey(ctx, { kind: 'publishable', name: 'Demo', scopes: [] });
  return { shopId: shop.id, secretKey: secret.key, publishableKey: publishable.key };
}

async function readDemoFile(deps: Deps, dataDir: string): Promise<DemoFile | undefined> {
  const text = await readFile(fileOf(dataDir), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const file = JSON.parse(text) as DemoFile;
    await getShop(deps.db, file.shopId);
    return file;
  } catch {
    // The file of a database that is gone: a new shop gets new keys.
    return undefined;
  }
}

// Written aside and renamed: a process that is killed in the middle leaves the old file or the new one, never half of one.
async function writeDemoFile(dataDir: string, file: DemoFile): Promise<void> {
  const aside = `${fileOf(dataDir)}.new`;
  await writeFile(aside, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(aside, fileOf(dataDir));
}

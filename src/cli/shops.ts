import { parseArgs } from 'node:util';
import { readConfig } from '../platform/config.ts';
import { migrateDatabase } from '../platform/db/migrate.ts';
import { createShop, listShops } from '../platform/shops/manage.ts';
import { layFoundation } from '../process.ts';
import { findEmbeddedUrl } from './running-database.ts';

const USAGE = `usage:
  npm run shops -- create --name NAME --currency EUR --timezone Europe/Berlin [--country CN|EU|US|OTHER] [--test]
  npm run shops -- list`;

// Creates and lists shops: for the operator of an installation, who has the database.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: 'string' },
    currency: { type: 'string' },
    timezone: { type: 'string' },
    country: { type: 'string' },
    test: { type: 'boolean', default: false },
  },
});

const config = readConfig();
const running = config.databaseUrl ?? (await findEmbeddedUrl(config.dataDir));
const foundation = await layFoundation({ ...config, databaseUrl: running, logLevel: 'warn' });
try {
  await migrateDatabase(foundation.connectionString, foundation.log);
  if (positionals[0] === 'create') await create();
  else if (positionals[0] === 'list') await list();
  else throw new Error(USAGE);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await foundation.close();
}

async function create(): Promise<void> {
  const { name, currency, timezone, country } = values;
  if (!name || !currency || !timezone) throw new Error(USAGE);
  const made = await createShop(foundation.deps(), {
    name,
    currency,
    timezone,
    mode: values.test ? 'test' : 'live',
    ...(country === undefined ? {} : { countryProfile: country }),
  });
  console.log(`Shop ${made.shop.id} (${made.shop.name}, ${made.shop.mode})`);
  console.log(`Secret key:      ${made.secretKey}`);
  console.log(`Publishable key: ${made.publishableKey}`);
  console.log('The keys are shown this once: only their hashes are stored.');
}

async function list(): Promise<void> {
  for (const shop of await listShops(foundation.db)) {
    console.log(`${shop.id}  ${shop.mode}  ${shop.currency}  ${shop.timezone}  ${shop.name}`);
  }
}

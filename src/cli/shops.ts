import { parseArgs } from 'node:util';
import { migrateDatabase } from '../platform/db/migrate.ts';
import { type ShopInput, createShop, listShops } from '../platform/shops/manage.ts';
import { COUNTRY_PROFILES } from '../platform/shops/shop.ts';
import type { Foundation } from '../process.ts';
import { runCommand } from './command.ts';

const USAGE = `usage:
  npm run shops -- create --name NAME --currency EUR --timezone Europe/Berlin [--country ${COUNTRY_PROFILES.join('|')}] [--test]
  npm run shops -- list`;

type Command = (foundation: Foundation) => Promise<void>;

// Creates and lists shops: for the operator of an installation, who has the database.
const command = readCommand();
if (typeof command === 'string') {
  console.error(command);
  process.exitCode = 1;
} else {
  await runCommand(async (foundation) => {
    await migrateDatabase(foundation.directUrl, foundation.log);
    await command(foundation);
  });
}

/** The command, or why it cannot be understood. */
function readCommand(): Command | string {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        currency: { type: 'string' },
        timezone: { type: 'string' },
        country: { type: 'string', default: 'OTHER' },
        test: { type: 'boolean', default: false },
      },
    });
    const { name, currency, timezone } = values;
    const countryProfile = COUNTRY_PROFILES.find((known) => known === values.country);
    if (positionals.join(' ') === 'list') return list;
    if (positionals.join(' ') !== 'create' || !name || !currency || !timezone || !countryProfile)
      return USAGE;
    return create({ name, currency, timezone, countryProfile, mode: values.test ? 'test' : 'live' });
  } catch (error) {
    return `${(error as Error).message}\n${USAGE}`;
  }
}

function create(input: ShopInput): Command {
  return async (foundation) => {
    const made = await createShop(foundation.deps(), input);
    console.log(`Shop ${made.shop.id} (${made.shop.name}, ${made.shop.mode})`);
    console.log(`Secret key:      ${made.secretKey}`);
    console.log(`Publishable key: ${made.publishableKey}`);
    console.log('The keys are shown this once: only their hashes are stored.');
  };
}

async function list({ db }: Foundation): Promise<void> {
  for (const shop of await listShops(db)) {
    console.log(`${shop.id}  ${shop.mode}  ${shop.currency}  ${shop.timezone}  ${shop.name}`);
  }
}

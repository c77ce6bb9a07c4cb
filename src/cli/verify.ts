import { modules } from '../modules.ts';
import { readConfig } from '../platform/config.ts';
import { platformInvariants } from '../platform/invariants.ts';
import { layFoundation } from '../process.ts';
import { findEmbeddedUrl } from './running-database.ts';

// Checks, over the whole database, everything that must never be false and that SQL can say.
const config = readConfig();
const running = config.databaseUrl ?? (await findEmbeddedUrl(config.dataDir));
const foundation = await layFoundation({ ...config, databaseUrl: running, logLevel: 'warn' });
let broken = 0n;
for (const invariant of [...platformInvariants, ...modules.flatMap((module) => module.invariants ?? [])]) {
  const found = await invariant.check(foundation.db);
  broken += found.broken;
  const verdict = found.broken === 0n ? 'holds ' : 'BROKEN';
  console.log(`${verdict}  ${invariant.name}: ${found.broken} of ${found.checked} break it`);
}
await foundation.close();
if (broken > 0n) process.exitCode = 1;

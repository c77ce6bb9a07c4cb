import { type Foundation, layFoundation } from '../process.ts';
import { runToEnd } from '../shutdown.ts';
import { findEmbeddedUrl } from './running-database.ts';

/**
 * Runs a command on the configured database; else beside the server that has the embedded one open; else on the embedded
 * one, started for as long as the command takes. `ownsDemo`: it is the embedded one.
 */
export const runCommand = (work: (foundation: Foundation, ownsDemo: boolean) => Promise<void>) =>
  runToEnd(async ({ config, log, opened }) => {
    const databaseUrl = config.databaseUrl ?? (await findEmbeddedUrl(config.dataDir));
    const foundation = await layFoundation({ ...config, databaseUrl }, log, { patient: true });
    opened(() => foundation.close());
    await work(foundation, config.databaseUrl === undefined);
  });

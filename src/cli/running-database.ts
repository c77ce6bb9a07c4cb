import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { connectionFile } from '../process.ts';

/** The embedded database of a server that runs now, so that a command can work beside it; undefined when none does. */
export async function findEmbeddedUrl(dataDir: string): Promise<string | undefined> {
  const url = await readFile(connectionFile(dataDir), 'utf8').catch(() => undefined);
  if (url === undefined) return undefined;
  const client = new pg.Client({ connectionString: url.trim(), connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return url.trim();
  } catch {
    // A file that a killed server left behind: the command starts the database itself.
    return undefined;
  }
}

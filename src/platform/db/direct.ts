import pg from 'pg';
import { isOwn } from './session.ts';

/**
 * Whether a connection leads to one Postgres process and stays there. Behind a pooler in transaction mode every transaction
 * may meet another one: what belongs to a session (LISTEN, session locks) gets lost or stays behind with a stranger.
 */
export async function isDirect(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  // A cut connection also fails the statement that runs on it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    return isOwn(client, rows[0]?.pid);
  } finally {
    await client.end().catch(() => undefined);
  }
}

import { drizzle } from 'drizzle-orm/node-postgres';
import type { Test } from 'tap';
import type { Db } from '../../src/platform/db/client.ts';
import type { TestApp } from './app.ts';

/** What can happen to the rows behind the back of the code, by the check that has to find it. */
export type Damages = Readonly<Record<string, readonly string[]>>;

interface Check {
  readonly name: string;
  readonly find: (db: Db) => Promise<{ broken: bigint }>;
}

/** Every check holds, and finds each damage that is for it: each alone, and taken back. */
export async function findDamages(
  t: Test,
  { deps: { db } }: TestApp,
  checks: readonly Check[],
  damages: Damages,
): Promise<void> {
  t.same(checks.map(({ name }) => name).toSorted(), Object.keys(damages).toSorted());
  const client = await db.$client.connect();
  const inside = drizzle(client) as unknown as Db;
  try {
    for (const { name, find } of checks) {
      t.equal((await find(db)).broken, 0n, name);
      for (const damage of damages[name] ?? []) {
        // Without the guards that refuse such a thing.
        await client.query("begin; set local session_replication_role = 'replica'");
        const { rowCount } = await client.query(damage).catch((error: Error) => {
          throw new Error(`${error.message}: ${damage}`);
        });
        const { broken } = await find(inside);
        t.ok(
          rowCount !== null && rowCount > 0 && broken > 0n,
          `${rowCount} rows, ${broken} broken: ${damage}`,
        );
        await client.query('rollback');
      }
    }
  } finally {
    client.release();
  }
}

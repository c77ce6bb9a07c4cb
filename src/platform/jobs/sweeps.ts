import { type SQL, min, sql } from 'drizzle-orm';
import { type PgColumn, getTableConfig } from 'drizzle-orm/pg-core';
import { type Ctx, type Deps, systemContext } from '../context.ts';
import type { Db } from '../db/client.ts';
import { type Shop, getShop } from '../shops/shop.ts';

/** Timed behaviour: rows with a due time, and the flow that handles those that are due at `ctx.now`. */
export interface Sweep {
  readonly name: string;
  /** The due time. Null when nothing is due; its table needs an index on (shop_id, due time). */
  readonly due: PgColumn;
  /** Handles a batch and returns how many rows it changed; it is called again until it returns 0. */
  run(ctx: Ctx): Promise<number>;
}

const tableOf = (sweep: Sweep): SQL => sql`${sweep.due.table}`;
const shopColumn = (sweep: Sweep): SQL => {
  const column = getTableConfig(sweep.due.table).columns.find(({ name }) => name === 'shop_id');
  if (!column) throw new Error(`the table of sweep ${sweep.name} has no shop_id`);
  return sql`${column}`;
};

/** Shops in which something is due: each with its own clock. */
async function findDueShops(db: Db, sweep: Sweep, realNow: Date): Promise<string[]> {
  const due = sql`${sweep.due} <= ${realNow.toISOString()}::timestamptz + s.clock_offset_ms * interval '1 millisecond'`;
  const found = await db.execute<{ id: string }>(
    sql`select s.id from shops s where exists
      (select 1 from ${tableOf(sweep)} where ${shopColumn(sweep)} = s.id and ${due}) order by s.id`,
  );
  return found.rows.map((row) => row.id);
}

/** Runs every sweep in every shop where something is due. Safe to run anywhere, any time, also twice at once. */
export async function runDueSweeps(deps: Deps, sweeps: readonly Sweep[]): Promise<number> {
  let done = 0;
  for (const sweep of sweeps) {
    for (const shopId of await findDueShops(deps.db, sweep, deps.clock.now())) {
      done += await runSweep(deps, sweep, await getShop(deps.db, shopId));
    }
  }
  return done;
}

/** Runs one sweep in one shop until nothing is due. */
export async function runSweep(deps: Deps, sweep: Sweep, shop: Shop): Promise<number> {
  for (let total = 0; ; ) {
    const changed = await sweep.run(systemContext(deps, shop, sweep.name));
    if (changed === 0) return total;
    total += changed;
  }
}

/** When the next thing is due in a shop, over all sweeps; after a moment, where one is given. */
export async function findNextDue(
  db: Db,
  sweeps: readonly Sweep[],
  shopId: string,
  later?: Date,
): Promise<Date | undefined> {
  const times = await Promise.all(
    sweeps.map(async (sweep) => {
      const [row] = await db
        .select({ due: min(sweep.due) })
        .from(sweep.due.table)
        .where(
          sql`${shopColumn(sweep)} = ${shopId} and ${sweep.due} is not null ${later ? sql`and ${sweep.due} > ${later.toISOString()}::timestamptz` : sql``}`,
        );
      return row?.due as Date | string | null | undefined;
    }),
  );
  const known = times.filter((time) => time != null).map((time) => new Date(time).getTime());
  return known.length === 0 ? undefined : new Date(Math.min(...known));
}

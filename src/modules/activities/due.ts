import type { Ctx } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { followTime } from './follow-time.ts';
import { listDueActivities, lockActivity } from './repository.ts';
import { activities } from './tables.ts';

const BATCH = 50;

/** Starts and ends activities whose time has come, each in a transaction of its own. Returns how many. */
async function followActivities(ctx: Ctx): Promise<number> {
  const ids = await listDueActivities(ctx.db, ctx.shop.id, ctx.now, BATCH);
  for (const id of ids)
    await inTransaction(ctx, async (tx) => followTime(tx, ctx, await lockActivity(tx, ctx.shop.id, id)));
  return ids.length;
}

export const activitySweep: Sweep = {
  name: 'activities.followTime',
  due: activities.dueAt,
  run: followActivities,
};

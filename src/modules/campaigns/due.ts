import type { Ctx } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { followTime } from './follow-time.ts';
import { listDueProgrammes, lockProgramme } from './programmes/repository.ts';
import { endLocked } from './programmes/steps.ts';
import { listDueCampaigns, lockCampaign } from './repository.ts';
import { campaigns, programmes } from './tables.ts';

const BATCH = 50;

/** Starts and ends campaigns whose time has come, each in a transaction of its own. Returns how many. */
async function followCampaigns(ctx: Ctx): Promise<number> {
  const ids = await listDueCampaigns(ctx.db, ctx.shop.id, ctx.now, BATCH);
  for (const id of ids)
    await inTransaction(ctx, async (tx) => followTime(tx, ctx, await lockCampaign(tx, ctx.shop.id, id)));
  return ids.length;
}

/** Ends programmes whose time is over. Returns how many. */
async function followProgrammes(ctx: Ctx): Promise<number> {
  const ids = await listDueProgrammes(ctx.db, ctx.shop.id, ctx.now, BATCH);
  for (const id of ids)
    await inTransaction(ctx, async (tx) => {
      const current = await lockProgramme(tx, ctx.shop.id, id);
      if (current.dueAt !== null && current.dueAt <= ctx.now)
        await endLocked(tx, ctx, current, current.dueAt, null);
    });
  return ids.length;
}

/** Campaigns before programmes: what begins at the moment at which its programme ends has begun. */
export const campaignSweeps: readonly Sweep[] = [
  { name: 'campaigns.followTime', due: campaigns.dueAt, run: followCampaigns },
  { name: 'campaigns.endProgrammes', due: programmes.dueAt, run: followProgrammes },
];

import type { Ctx } from '../../../platform/context.ts';
import type { Sweep } from '../../../platform/jobs/sweeps.ts';
import { endPassedEntryItem } from './entry-items.ts';
import { listDueEntryItems } from './repository.ts';
import { entryItems } from './tables.ts';

const BATCH = 50;

/** Ends marks whose time is over, each in a transaction of its own. Returns how many. */
async function endPassed(ctx: Ctx): Promise<number> {
  const ids = await listDueEntryItems(ctx.db, ctx.shop.id, ctx.now, BATCH);
  for (const id of ids) await endPassedEntryItem(ctx, id);
  return ids.length;
}

export const entryItemSweeps: readonly Sweep[] = [
  { name: 'campaigns.endEntryItems', due: entryItems.dueAt, run: endPassed },
];

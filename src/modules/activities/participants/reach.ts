import type { Ctx, Deps } from '../../../platform/context.ts';
import { systemContext } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { enqueue } from '../../../platform/jobs/queue.ts';
import { getShop } from '../../../platform/shops/shop.ts';
import { flowsOf } from '../format-flows.ts';
import { getActivity } from '../repository.ts';
import { oweReached } from './count.ts';
import { lockParticipant } from './repository.ts';
import { listCounted } from './reach-repository.ts';

const REACH_TASK = 'activities.owe_reached';
const BATCH = 200;
/** So many at once; then it goes on as a job of its own, so that a stop does not wait for all of them. */
const BATCHES = 10;

/** Up to whom it was looked, in the order in which they joined. */
interface Place {
  readonly joinedAt: string;
  readonly id: string;
}

/** Building block: who has passed a step that was lowered has reached it, also where nothing else is counted for them. */
export const reachSoon = (
  tx: Tx,
  { shop }: Ctx,
  activityId: string,
  after: Place | null = null,
): Promise<void> =>
  enqueue(tx, REACH_TASK, { shopId: shop.id, activityId, after }, { key: `activity_reach/${activityId}` });

/** What somebody has reached is owed to them, where it is not already. */
const reachOne = (ctx: Ctx, activityId: string, participantId: string): Promise<void> =>
  inTransaction(ctx, async (tx) => {
    await oweReached(tx, ctx, participantId);
    const whole = await getActivity(tx, ctx.shop.id, activityId);
    const participant = await lockParticipant(tx, ctx.shop.id, participantId);
    await flowsOf(whole).onReached?.(tx, ctx, whole, participant);
  });

export const reachTasks = {
  async [REACH_TASK](
    deps: Deps,
    {
      shopId,
      activityId,
      after,
    }: { readonly shopId: string; readonly activityId: string; readonly after: Place | null },
  ): Promise<void> {
    const ctx = systemContext(deps, await getShop(deps.db, shopId), REACH_TASK);
    let place = after;
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const counted = await listCounted(ctx.db, shopId, activityId, { after: place, limit: BATCH });
      for (const { id } of counted) await reachOne(ctx, activityId, id);
      const last = counted.at(-1);
      if (!last || counted.length < BATCH) return;
      place = { joinedAt: last.joinedAt.toISOString(), id: last.id };
    }
    await inTransaction(ctx, (tx) => reachSoon(tx, ctx, activityId, place));
  },
};

import type { Ctx } from '../../../platform/context.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import type { Subscriber } from '../../../platform/events/dispatcher.ts';
import type { Sweep } from '../../../platform/jobs/sweeps.ts';
import { after, DAY_MS } from '../../../platform/time.ts';
import { activityEvents } from '../events.ts';
import { forgetHelpers } from '../helps/forget-repository.ts';
import { forgetFriends } from '../referrals/claim-repository.ts';
import { forgetIdentifiers, insertForget, listForgets } from './identifier-repository.ts';
import { identifierForgets } from './tables.ts';

/** For how long after an activity doubts about who helped can be looked into. */
const KEPT_DAYS = 30;
const BATCH = 20;

/** Identifiers serve an activity, and nothing after it: their hashes are forgotten some time after its end. */
export const forgetSubscriber: Subscriber = {
  name: 'activities.forget',
  events: [activityEvents.ended],
  handle: (tx, ctx, { subject_id: activityId, occurred_at: endedAt }) =>
    insertForget(tx, { shopId: ctx.shop.id, activityId, dueAt: after(endedAt, KEPT_DAYS * DAY_MS) }),
};

async function forgetDue(ctx: Ctx): Promise<number> {
  const due = await listForgets(ctx.db, ctx.shop.id, ctx.now, BATCH);
  for (const activityId of due)
    await inTransaction(ctx, async (tx) => {
      await forgetHelpers(tx, ctx.shop.id, activityId);
      await forgetFriends(tx, ctx.shop.id, activityId);
      await forgetIdentifiers(tx, ctx.shop.id, activityId);
    });
  return due.length;
}

export const forgetSweep: Sweep = {
  name: 'activities.forget',
  due: identifierForgets.dueAt,
  run: forgetDue,
};

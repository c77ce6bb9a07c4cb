import type { Ctx } from '../../../platform/context.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Sweep } from '../../../platform/jobs/sweeps.ts';
import { depositEvents, depositMovedEvent } from './events.ts';
import { getDeposit, takeNotices } from './repository.ts';
import { giftDepositParts } from './tables.ts';

const BATCH = 100;

/** Tells of parts that can be collected from now on, each once. They stay owed whether anybody comes or not. */
const tellDue = (ctx: Ctx): Promise<number> =>
  inTransaction(ctx, async (tx) => {
    const due = await takeNotices(tx, ctx.shop.id, ctx.now, BATCH);
    for (const { depositId, amount } of due) {
      const deposit = await getDeposit(tx, ctx.shop.id, depositId);
      await appendEvents(tx, ctx, [depositMovedEvent(ctx, depositEvents.partDue, deposit, amount)]);
    }
    return due.length;
  });

export const depositNoticeSweep: Sweep = {
  name: 'activities.depositParts',
  due: giftDepositParts.noticeAt,
  run: tellDue,
};

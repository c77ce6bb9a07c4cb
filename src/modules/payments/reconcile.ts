import type { Ctx } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { enqueue } from '../../platform/jobs/queue.ts';
import { takeDue } from './repository.ts';
import { decideReconcileAt } from './rules.ts';

// Who waits longest comes first; the rest is taken when the sweep is run again at once.
const BATCH = 200;

/**
 * Has providers asked about attempts of which nothing was heard: after an hour, six, a day, and so on. The asking is a
 * job, because nothing outside the database is called in the sweep's transaction. Returns how many were due.
 */
export const reconcileDuePayments = (ctx: Ctx): Promise<number> =>
  sweep(ctx, 'payments', (id) => ['payments.reconcile', { paymentId: id }, `reconcile:${id}`]);

/** The same for refunds: handing one over again finds the one that was handed over before. */
export const reconcileDueRefunds = (ctx: Ctx): Promise<number> =>
  sweep(ctx, 'refunds', (id) => ['payments.refund', { refundId: id }, `refund:${id}`]);

function sweep(
  ctx: Ctx,
  table: 'payments' | 'refunds',
  jobOf: (id: string) => [task: string, payload: object, key: string],
): Promise<number> {
  return inTransaction(ctx, async (tx) => {
    const due = await takeDue(tx, table, ctx.shop.id, ctx.now, BATCH, decideReconcileAt);
    for (const id of due) {
      const [task, payload, key] = jobOf(id);
      await enqueue(tx, task, { shopId: ctx.shop.id, ...payload }, { key });
    }
    return due.length;
  });
}

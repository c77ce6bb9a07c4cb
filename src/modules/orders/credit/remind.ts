import { daysAfter } from '../../../platform/days.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { orderEvents } from '../events.ts';
import { lockOrder } from '../repository.ts';
import { orderSummary } from '../summary.ts';
import type { Order } from '../tables.ts';
import { addTimeline } from '../timeline.ts';
import { listDueNow, listDues, updateDue } from './repository.ts';
import { openPartsOf } from './rules.ts';
import type { OrderDue } from './tables.ts';

const BATCH = 200;

/**
 * Reminds of what is due soon, and says what is overdue. Each in its own transaction under its order's lock, where it looks again: a payment
 * may have come first. Returns how many it handled.
 */
export async function handleDueParts(ctx: Ctx): Promise<number> {
  let changed = 0;
  for (const { orderId, part } of await listDueNow(ctx.db, ctx.shop.id, ctx.now, BATCH)) {
    try {
      const done = await inTransaction(ctx, async (tx) => {
        const order = await lockOrder(tx, ctx.shop.id, orderId);
        const due = openPartsOf(order, await listDues(tx, ctx.shop.id, [orderId])).find(
          (one) => one.part === part,
        );
        return due?.nextAt != null && due.nextAt <= ctx.now && (await handle(tx, ctx, order, due));
      });
      if (done) changed += 1;
    } catch (error) {
      ctx.log.error({ err: error, orderId, part }, 'a due part of an order could not be handled');
    }
  }
  return changed;
}

async function handle(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  due: OrderDue & { readonly openAmount: bigint },
): Promise<boolean> {
  const { dueAt, part, openAmount } = due;
  // Nothing is open any more: what was paid in time is not spoken of.
  if (openAmount === 0n || dueAt === null) {
    await updateDue(tx, due, { nextAt: null });
    return true;
  }
  const overdueFrom = daysAfter(ctx.shop.timezone, dueAt, due.graceDays);
  const isOverdue = ctx.now >= overdueFrom;
  await updateDue(
    tx,
    due,
    isOverdue ? { overdueAt: ctx.now, nextAt: null } : { remindedAt: ctx.now, nextAt: overdueFrom },
  );
  const data = {
    ...orderSummary(order),
    part,
    openAmount: Number(openAmount),
    dueAt: dueAt.toISOString(),
  };
  const kind = isOverdue ? orderEvents.paymentOverdue : orderEvents.paymentDueSoon;
  const details = { part, openAmount: data.openAmount, dueAt: data.dueAt };
  await addTimeline(tx, ctx, order.id, { kind: isOverdue ? 'payment_overdue' : 'reminded', details });
  await appendEvents(tx, ctx, [eventRow(ctx, kind, order.id, data)]);
  return true;
}

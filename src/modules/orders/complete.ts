import { and, eq, lte } from 'drizzle-orm';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { checkVersion } from '../../platform/versions.ts';
import { orderErrors } from './errors.ts';
import { orderEvents } from './events.ts';
import { loadWhole, lockOrder, type OrderWhole, updateOrder } from './repository.ts';
import { forEachDue } from './sweep-orders.ts';
import { orderSummary } from './summary.ts';
import { type Order, orders } from './tables.ts';
import { addTimeline } from './timeline.ts';

/** Completes a delivered and paid order: by the shop, or by the customer who says that all is well. */
export async function completeOrder(ctx: Ctx, orderId: string): Promise<OrderWhole> {
  return inTransaction(ctx, async (tx) => {
    const order = await lockOrder(tx, ctx.shop.id, orderId, ctx.customerId);
    checkVersion(ctx, order);
    if (order.status === 'completed') return loadWhole(tx, order);
    const isPaid = order.paymentState === 'paid';
    if (order.status !== 'delivered' || !isPaid) {
      throw orderErrors.order_not_completable(`The order is ${order.status} and ${order.paymentState}.`);
    }
    return loadWhole(tx, await complete(tx, ctx, order));
  });
}

async function complete(tx: Tx, ctx: Ctx, order: Order): Promise<Order> {
  const updated = await updateOrder(
    tx,
    order,
    { status: 'completed', completedAt: ctx.now, completeDueAt: null },
    ctx.now,
  );
  await addTimeline(tx, ctx, order.id, { kind: 'completed' });
  await appendEvents(tx, ctx, [eventRow(ctx, orderEvents.completed, order.id, orderSummary(updated))]);
  return updated;
}

/** Completes the orders whose time has come. Returns how many it completed. */
export const completeDueOrders = (ctx: Ctx): Promise<number> =>
  forEachDue(
    ctx,
    and(eq(orders.shopId, ctx.shop.id), lte(orders.completeDueAt, ctx.now)),
    orders.completeDueAt,
    async (tx, order) => {
      if (!order.completeDueAt || order.completeDueAt > ctx.now) return false;
      await complete(tx, ctx, order);
      return true;
    },
  );

import { and, eq, gt, lte } from 'drizzle-orm';
import { after, HOUR_MS } from '../../platform/time.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { findSellables } from '../catalogue/sellables.ts';
import { catalogueSettings } from '../catalogue/settings.ts';
import { orderEvents } from './events.ts';
import { listLines, updateOrder } from './repository.ts';
import { ordersSettings } from './settings.ts';
import { forEachDue } from './sweep-orders.ts';
import { orderSummary } from './summary.ts';
import { type Order, orders } from './tables.ts';
import { addTimeline } from './timeline.ts';

const REMINDERS = 2;

/**
 * Reminds of unpaid orders: after some minutes, asking whether something went wrong and telling the delivery time;
 * after a day, telling until when the goods are kept and, only if it is true, that stock is short. Where the sweep
 * comes so late that the goods are no longer kept, there is nothing to remind of: the order lapses.
 */
export const remindDueOrders = (ctx: Ctx): Promise<number> =>
  forEachDue(
    ctx,
    and(eq(orders.shopId, ctx.shop.id), lte(orders.reminderDueAt, ctx.now), gt(orders.lapseDueAt, ctx.now)),
    orders.reminderDueAt,
    async (tx, order) => {
      if (!order.reminderDueAt || order.reminderDueAt > ctx.now) return false;
      await remind(tx, ctx, order);
      return true;
    },
  );

async function remind(tx: Tx, ctx: Ctx, order: Order): Promise<void> {
  const settings = ordersSettings.of(ctx.shop);
  const secondAt = after(order.placedAt, settings.secondReminderHours * HOUR_MS);
  // A sweep that comes a day late sends the second one, not both at once.
  const step = ctx.now >= secondAt ? REMINDERS : order.remindersSent + 1;
  const updated = await updateOrder(
    tx,
    order,
    { remindersSent: step, reminderDueAt: step < REMINDERS ? secondAt : null },
    ctx.now,
  );
  const details = {
    step,
    deliveryDays: settings.deliveryDays,
    reservedUntil: (order.lapseDueAt ?? secondAt).toISOString(),
    stockIsShort: step === REMINDERS && (await isStockShort(tx, ctx, order)),
  };
  await addTimeline(tx, ctx, order.id, { kind: 'reminded', details });
  await appendEvents(tx, ctx, [
    eventRow(ctx, orderEvents.reminderDue, order.id, { ...orderSummary(updated), ...details }),
  ]);
}

async function isStockShort(tx: Tx, ctx: Ctx, order: Order): Promise<boolean> {
  const lines = await listLines(tx, ctx.shop.id, order.id);
  const products = await findSellables(tx, ctx.shop.id, [...new Set(lines.map((line) => line.productId))]);
  const threshold = catalogueSettings.of(ctx.shop).lowStockThreshold;
  return products.some((product) => product.available < threshold);
}

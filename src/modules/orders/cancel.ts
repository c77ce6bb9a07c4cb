import { and, eq, lte } from 'drizzle-orm';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { checkVersion } from '../../platform/versions.ts';
import { returnEntryBudgets } from '../campaigns/entry-items/take.ts';
import { returnCampaigns } from '../campaigns/usage/take.ts';
import { releaseStock } from '../catalogue/stock.ts';
import { reopenGifts } from '../loyalty/gifts/parcel.ts';
import { refuseOpenEdit } from './edits/read.ts';
import { cancelOpenPaymentsOfOrder } from '../payments/attempts.ts';
import { orderErrors } from './errors.ts';
import { giftsOf } from './line-rules.ts';
import { freedMovesOf } from './logo-requests/line-rules.ts';
import { freeLogos, lockLogos } from './logo-requests/take.ts';
import { orderEvents } from './events.ts';
import { everythingOf, NOTHING } from './refund-rules.ts';
import { refundUnits } from './refunds.ts';
import { listLines, loadWhole, lockOrder, type OrderWhole } from './repository.ts';
import { unitsToShip } from './rules.ts';
import { orderStates } from './states.ts';
import { forEachDue } from './sweep-orders.ts';
import { orderSummary } from './summary.ts';
import { type Order, orders } from './tables.ts';
import { addTimeline } from './timeline.ts';

/**
 * Cancels an order before anything was shipped: gives back the stock and everything that was paid.
 * `order_not_cancellable` afterwards; an order that is cancelled already stays as it is.
 */
export async function cancelOrder(ctx: Ctx, input: { orderId: string; note?: string }): Promise<OrderWhole> {
  return inTransaction(ctx, async (tx) => {
    const order = await lockOrder(tx, ctx.shop.id, input.orderId, ctx.customerId);
    checkVersion(ctx, order);
    if (order.status === 'cancelled') return loadWhole(tx, order);
    if (!orderStates.canMove(order.status, 'cancelled') || order.fulfilmentState !== 'unfulfilled') {
      throw orderErrors.order_not_cancellable(`The order is ${order.status} and ${order.fulfilmentState}.`);
    }
    await refuseOpenEdit(tx, ctx.shop.id, order.id);
    if (ctx.customerId !== undefined) await refuseInProduction(tx, order);
    const reason = ctx.customerId === undefined ? 'shop' : 'customer';
    return loadWhole(tx, await cancel(tx, ctx, order, reason, input.note));
  });
}

/** What is being made for a customer only the shop calls off. */
async function refuseInProduction(tx: Tx, { shopId, id }: Order): Promise<void> {
  const lines = await listLines(tx, shopId, id);
  const requests = await lockLogos(tx, shopId, [
    ...new Set(lines.flatMap((line) => line.logoRequestId ?? [])),
  ]);
  if (requests.some(({ state }) => state !== 'accepted'))
    throw orderErrors.order_not_cancellable('Goods of it are made with a logo: the shop can cancel it.');
}

async function cancel(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  reason: NonNullable<Order['cancelReason']>,
  note?: string,
) {
  const lines = await listLines(tx, ctx.shop.id, order.id);
  const stock = await releaseStock(
    tx,
    ctx.shop.id,
    lines.map((line) => ({ productId: line.productId, quantity: unitsToShip(line) })),
  );
  if (stock.failed.length > 0) throw new Error(`less is reserved than order ${order.id} holds`);
  const units = lines.map((line) => ({ lineId: line.id, quantity: line.quantity - line.cancelledQuantity }));
  await freeLogos(tx, ctx.shop.id, freedMovesOf(lines, units), ctx.now);
  if (order.campaigns.length > 0) await returnCampaigns(tx, ctx, order.id);
  await returnEntryBudgets(tx, ctx, order.id);
  await reopenGifts(tx, ctx, order.id, giftsOf(lines));
  await cancelOpenPaymentsOfOrder(tx, ctx, order.id);
  const kind = reason === 'lapsed' ? 'lapsed' : 'cancelled';
  await addTimeline(tx, ctx, order.id, {
    kind,
    details: { reason, ...(note === undefined ? {} : { note }) },
  });
  const { order: refunded } = await refundUnits(
    tx,
    ctx,
    { order, lines },
    {
      // What was not paid in full was never owed: it only ends, and what was paid goes back.
      ...(order.paidAt === null ? NOTHING : everythingOf(order, lines)),
      cause: { type: 'order', id: order.id },
      reason: 'cancellation',
      changes: () => ({
        status: 'cancelled',
        cancelledAt: ctx.now,
        cancelReason: reason,
        reminderDueAt: null,
        lapseDueAt: null,
        completeDueAt: null,
      }),
      transferKind: 'order_cancelled',
    },
  );
  await appendEvents(tx, ctx, [
    eventRow(ctx, orderEvents.cancelled, order.id, { ...orderSummary(refunded), reason }),
  ]);
  return refunded;
}

/**
 * Lets unpaid orders lapse whose grace is over. A payment that comes at the same moment waits for the same row: either
 * it ends the lapse, or it finds the order cancelled and the money goes back.
 */
export const lapseDueOrders = (ctx: Ctx): Promise<number> =>
  forEachDue(
    ctx,
    and(eq(orders.shopId, ctx.shop.id), lte(orders.lapseDueAt, ctx.now)),
    orders.lapseDueAt,
    async (tx, order) => {
      if (!order.lapseDueAt || order.lapseDueAt > ctx.now) return false;
      await cancel(tx, ctx, order, 'lapsed');
      return true;
    },
  );

import { after, DAY_MS } from '../../../platform/time.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { newId } from '../../../platform/ids.ts';
import { releaseStock } from '../../catalogue/stock.ts';
import { reopenGifts } from '../../loyalty/gifts/parcel.ts';
import type { Refund } from '../../payments/tables.ts';
import { orderEvents } from '../events.ts';
import { giftsOf } from '../line-rules.ts';
import { freedMovesOf, logoMovesOf } from '../logo-requests/line-rules.ts';
import { freeLogos } from '../logo-requests/take.ts';
import { NO_GIFT } from '../new-order.ts';
import { planOrderPoints } from '../points.ts';
import { appliedBreakOf, breakAdjustments } from '../quantity-rules.ts';
import { refundUnits } from '../refunds.ts';
import { decideFulfilment } from '../rules.ts';
import type { OrderLines } from '../settle.ts';
import { ordersSettings } from '../settings.ts';
import { summaryWithRemainders } from '../summary.ts';
import type { Order, OrderLine } from '../tables.ts';
import { addTimeline } from '../timeline.ts';
import { getEdit, insertAdjustments, insertLines, updateEdit, type WholeEdit } from './repository.ts';
import { discountOf, taxOf } from './rules.ts';
import type { OrderEdit } from './tables.ts';

/**
 * Applies an open edit to its locked order: units go with what they cost, goods come as lines of their own. What is paid too much
 * then goes back along the payments. Returns the order and the refunds that carry that.
 */
export async function applyEdit(
  tx: Tx,
  ctx: Ctx,
  locked: OrderLines,
  editId: string,
): Promise<{ order: Order; refunds: readonly Refund[] }> {
  const whole = await getEdit(tx, ctx.shop.id, editId);
  const { edit, units } = whole;
  const { order } = locked;
  const made = makeEditLines(ctx, locked, whole);
  if (made.length > 0) await insertLines(tx, made);
  await writeBreaks(tx, ctx, made);
  const result = await refundUnits(tx, ctx, locked, {
    units,
    kind: 'cancelled',
    cause: { type: 'order_edit', id: edit.id },
    reason: edit.creditedAmount > edit.addedAmount ? 'settlement' : 'surplus',
    changes: (fewer) => ({
      linesAmount: order.linesAmount + edit.addedAmount + discountOf(whole.items),
      discountAmount: order.discountAmount + discountOf(whole.items),
      totalAmount: order.totalAmount + edit.addedAmount,
      taxAmount: order.taxAmount + taxOf(whole.items),
      ...(edit.shippingAddress ? { shippingAddress: edit.shippingAddress } : {}),
      ...decideProgress(ctx, [...fewer, ...made]),
    }),
    transferKind: 'order_edited',
    addedLines: made,
  });
  if (result.order.deliveredAt && !order.deliveredAt) await planOrderPoints(tx, ctx, result.order);
  if (result.order.creditedAmount - order.creditedAmount !== edit.creditedAmount)
    throw new Error(`what edit ${edit.id} takes off was settled meanwhile`);
  await releaseUnits(tx, ctx, locked, whole);
  await updateEdit(tx, edit, { state: 'applied', appliedAt: ctx.now }, ctx.now);
  await addTimeline(tx, ctx, order.id, { kind: 'edited', details: detailsOf(edit) });
  const lines = [...result.lines, ...made];
  await appendEvents(tx, ctx, [
    eventRow(ctx, orderEvents.edited, order.id, {
      ...summaryWithRemainders(result.order, lines),
      editId: edit.id,
    }),
  ]);
  return result;
}

/** The stock of what goes is free again. */
async function releaseUnits(
  tx: Tx,
  ctx: Ctx,
  { lines }: OrderLines,
  { edit, units }: WholeEdit,
): Promise<void> {
  const stock = units.map(({ lineId, quantity }) => {
    const line = lines.find(({ id }) => id === lineId);
    if (!line) throw new Error(`edit ${edit.id} names a line of another order`);
    return { productId: line.productId, quantity };
  });
  const released = await releaseStock(tx, ctx.shop.id, stock);
  if (released.failed.length > 0) throw new Error(`less is reserved than edit ${edit.id} takes off`);
  await freeLogos(tx, ctx.shop.id, freedMovesOf(lines, units), ctx.now);
  const gone = lines.filter(({ id }) => units.some(({ lineId }) => lineId === id));
  await reopenGifts(tx, ctx, edit.orderId, giftsOf(gone));
}

/** Gives an open edit of a locked order up, with the stock that was kept for it. */
export async function dropEdit(tx: Tx, ctx: Ctx, order: Order, editId: string): Promise<void> {
  const { edit, items } = await getEdit(tx, ctx.shop.id, editId);
  const released = await releaseStock(tx, ctx.shop.id, items);
  if (released.failed.length > 0) throw new Error(`less is reserved than edit ${edit.id} holds`);
  await freeLogos(tx, ctx.shop.id, logoMovesOf(items), ctx.now);
  await updateEdit(tx, edit, { state: 'dropped' }, ctx.now);
  await addTimeline(tx, ctx, order.id, { kind: 'edit_dropped', details: detailsOf(edit) });
}

const detailsOf = ({ id, creditedAmount, addedAmount }: OrderEdit) => ({
  editId: id,
  creditedAmount: Number(creditedAmount),
  addedAmount: Number(addedAmount),
});

/** Why goods that come by a quantity price cost less than their list price. */
async function writeBreaks(tx: Tx, ctx: Ctx, made: readonly OrderLine[]): Promise<void> {
  const adjustments = made.flatMap((line) =>
    breakAdjustments(appliedBreakOf(line), line.listUnitAmount, line.quantity).map((adjustment) => ({
      ...adjustment,
      campaignId: null,
      campaignVersion: null,
      shopId: line.shopId,
      id: newId(),
      orderId: line.orderId,
      lineId: line.id,
      createdAt: ctx.now,
    })),
  );
  if (adjustments.length > 0) await insertAdjustments(tx, adjustments);
}

function makeEditLines(ctx: Ctx, { order, lines }: OrderLines, { items }: WholeEdit): OrderLine[] {
  const last = Math.max(...lines.map(({ position }) => position));
  return items.map(({ editId: _edit, position, ...item }) => ({
    ...item,
    id: newId(),
    orderId: order.id,
    position: last + position,
    settledAmount: 0n,
    chargedAmount: 0n,
    creditedAmount: 0n,
    cancelledQuantity: 0,
    returnedQuantity: 0,
    valuedQuantity: null,
    valuedAmount: null,
    ...NO_GIFT,
    shippedQuantity: 0,
    deliveredQuantity: 0,
    placedAt: ctx.now,
  }));
}

/** Without the units that had still to be shipped, the order may be shipped, and even delivered. */
function decideProgress(ctx: Ctx, lines: readonly OrderLine[]): Partial<Order> {
  const fulfilmentState = decideFulfilment(lines);
  if (fulfilmentState !== 'fulfilled') return { fulfilmentState };
  const shipped = { fulfilmentState, status: 'shipped' as const, shippedAt: ctx.now };
  if (lines.some((line) => line.deliveredQuantity < line.shippedQuantity)) return shipped;
  const days = ordersSettings.of(ctx.shop).autoCompleteDays;
  const completeDueAt = after(ctx.now, days * DAY_MS);
  return { ...shipped, status: 'delivered', deliveredAt: ctx.now, completeDueAt };
}

import { after, DAY_MS } from '../../platform/time.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { platformErrors, type Violation } from '../../platform/errors.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import { checkVersion } from '../../platform/versions.ts';
import { shipStock } from '../catalogue/stock.ts';
import { refuseOpenEdit } from './edits/read.ts';
import { orderErrors } from './errors.ts';
import { orderEvents } from './events.ts';
import { listLines, loadWhole, lockOrder, type OrderWhole, updateOrder } from './repository.ts';
import { decideFulfilment, unitsToShip } from './rules.ts';
import { ordersSettings } from './settings.ts';
import { writeDelivery, writeShipment } from './shipment-repository.ts';
import { orderSummary } from './summary.ts';
import type { Order, OrderLine, OrderShipment } from './tables.ts';
import { addTimeline } from './timeline.ts';

interface ShipInput {
  readonly orderId: string;
  /** Everything that is still to be shipped, when absent. */
  readonly lines?: readonly { lineId: string; quantity: number }[];
  readonly carrier?: string;
  readonly trackingNumber?: string;
}

/** Ships an order, whole or in parts: stock leaves the house. Refusals: order_not_shippable, shipment_too_large. */
export async function shipOrder(ctx: Ctx, input: ShipInput): Promise<OrderWhole> {
  return inTransaction(ctx, async (tx) => {
    const order = await lockOrder(tx, ctx.shop.id, input.orderId);
    checkVersion(ctx, order);
    const lines = await listLines(tx, ctx.shop.id, order.id);
    await refuseOpenEdit(tx, ctx.shop.id, order.id);
    if (!canShip(order))
      throw orderErrors.order_not_shippable(`The order is ${order.status} and ${order.fulfilmentState}.`);
    const parts = choosePart(lines, input.lines);
    const shipment: OrderShipment = {
      shopId: ctx.shop.id,
      id: newId(),
      orderId: order.id,
      carrier: input.carrier ?? null,
      trackingNumber: input.trackingNumber ?? null,
      shippedAt: ctx.now,
      deliveredAt: null,
    };
    const stock = await shipStock(
      tx,
      ctx.shop.id,
      parts.map(({ line, quantity }) => ({ productId: line.productId, quantity })),
    );
    if (stock.failed.length > 0) throw new Error(`less is reserved than order ${order.id} holds`);
    await writeShipment(
      tx,
      shipment,
      parts.map(({ line, quantity }) => ({ lineId: line.id, quantity })),
    );
    const updated = await afterShipping(tx, ctx, order, lines, parts);
    await tell(tx, ctx, 'shipped', updated, shipment);
    return loadWhole(tx, updated);
  });
}

/** An order on account or for cash on delivery ships unpaid; any other only when it is paid. */
function canShip(order: Order): boolean {
  if (order.fulfilmentState === 'fulfilled') return false;
  return order.status === 'paid' || (order.status === 'pending' && order.terms !== 'prepaid');
}

interface Part {
  readonly line: OrderLine;
  readonly quantity: number;
}

function choosePart(lines: readonly OrderLine[], wanted: ShipInput['lines']): Part[] {
  if (!wanted) {
    return lines.flatMap((line) => {
      const quantity = unitsToShip(line);
      return quantity > 0 ? [{ line, quantity }] : [];
    });
  }
  const violations: Violation[] = [];
  const taken = new Map<string, number>();
  const parts = wanted.flatMap(({ lineId, quantity }, index): Part[] => {
    const line = lines.find((candidate) => candidate.id === lineId);
    const total = (taken.get(lineId) ?? 0) + quantity;
    taken.set(lineId, total);
    if (line && total <= unitsToShip(line)) return [{ line, quantity }];
    const detail = line ? `Only ${unitsToShip(line)} units are left.` : 'The order has no such line.';
    violations.push({ in: 'body', pointer: `/lines/${index}`, code: 'shipment_too_large', detail });
    return [];
  });
  if (violations.length > 0) throw orderErrors.shipment_too_large(undefined, { violations });
  // A line that is named twice is one line of the parcel.
  return [...taken].map(([lineId, quantity]) => ({
    line: parts.find(({ line }) => line.id === lineId)?.line as OrderLine,
    quantity,
  }));
}

async function afterShipping(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  lines: readonly OrderLine[],
  parts: readonly Part[],
) {
  const shipped = lines.map((line) => {
    const quantity = parts.find((part) => part.line.id === line.id)?.quantity ?? 0;
    return { ...line, shippedQuantity: line.shippedQuantity + quantity };
  });
  const fulfilmentState = decideFulfilment(shipped);
  const isDone = fulfilmentState === 'fulfilled';
  // While partly shipped the order stays paid (or pending, on account): its fulfilment tells the rest.
  return updateOrder(
    tx,
    order,
    {
      fulfilmentState,
      ...(isDone ? { status: 'shipped' as const } : {}),
      shippedAt: isDone ? ctx.now : order.shippedAt,
      reminderDueAt: null,
      lapseDueAt: null,
    },
    ctx.now,
  );
}

/** A parcel arrived; when it is the last one, the order is delivered. Saying it again changes nothing. */
export async function deliverShipment(
  ctx: Ctx,
  input: { orderId: string; shipmentId: string },
): Promise<OrderWhole> {
  return inTransaction(ctx, async (tx) => {
    const order = await lockOrder(tx, ctx.shop.id, input.orderId, ctx.customerId);
    checkVersion(ctx, order);
    const whole = await loadWhole(tx, order);
    const shipment = whole.shipments.find(({ id }) => id === input.shipmentId);
    if (!shipment) throw platformErrors.not_found();
    if (shipment.deliveredAt) return whole;
    await writeDelivery(tx, shipment, ctx.now);
    const isLast = whole.shipments.every(({ id, deliveredAt }) => id === shipment.id || deliveredAt);
    const isDelivered = isLast && order.fulfilmentState === 'fulfilled';
    const days = ordersSettings.of(ctx.shop).autoCompleteDays;
    const completeDueAt = order.paymentState === 'paid' ? after(ctx.now, days * DAY_MS) : null;
    const changes = isDelivered ? { status: 'delivered' as const, deliveredAt: ctx.now, completeDueAt } : {};
    const updated = await updateOrder(tx, order, changes, ctx.now);
    await tell(tx, ctx, 'delivered', updated, shipment);
    return loadWhole(tx, updated);
  });
}

async function tell(
  tx: Tx,
  ctx: Ctx,
  kind: 'shipped' | 'delivered',
  order: Order,
  shipment: OrderShipment,
): Promise<void> {
  const { id: shipmentId, carrier, trackingNumber } = shipment;
  await addTimeline(tx, ctx, order.id, { kind, details: { shipmentId, carrier, trackingNumber } });
  const data = { ...orderSummary(order), shipmentId, carrier, trackingNumber };
  await appendEvents(tx, ctx, [eventRow(ctx, orderEvents[kind], order.id, data)]);
}

import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { platformErrors, type Violation } from '../../platform/errors.ts';
import { pointingInto } from '../../platform/pointers.ts';
import { newId } from '../../platform/ids.ts';
import { checkVersion } from '../../platform/versions.ts';
import { issueForParcel } from '../campaigns/coupons/parcel.ts';
import { shipStock } from '../catalogue/stock.ts';
import { shipGifts } from '../loyalty/gifts/parcel.ts';
import { readShipmentEnd } from '../shipping/parcels/read.ts';
import { deliverParcels } from '../shipping/parcels/report.ts';
import { requireCarrier } from '../shipping/parcels/register.ts';
import { arrive } from './arrivals.ts';
import { refuseOpenDeposit } from './credit/deposit.ts';
import { refuseOpenEdit } from './edits/read.ts';
import { orderErrors } from './errors.ts';
import { giftsOf } from './line-rules.ts';
import { parcelErrors } from '../shipping/parcels/errors.ts';
import { listLines, loadWhole, lockOrder, type OrderWhole, updateOrder } from './repository.ts';
import { decideFulfilment, unitsToShip } from './rules.ts';
import { handOver } from './hand-over.ts';
import { chosenWay, findShipFaults, type ShipWish, wantedUnits } from './ship-rules.ts';
import { writeShipment } from './shipment-repository.ts';
import type { OrderShipment } from './shipments/tables.ts';
import type { Order, OrderLine } from './tables.ts';
import { tellParcel } from './tell-parcel.ts';

interface ShipInput extends ShipWish {
  readonly orderId: string;
}

/**
 * Ships an order, whole or in parts: stock leaves the house, with a carrier of the shop in one parcel or several; with the one that was
 * chosen when it was placed, where nobody says otherwise. Refusals:
 * order_not_shippable, deposit_open, order_in_edit, shipment_too_large, parcels_inconsistent, and those of registerParcels.
 */
export async function shipOrder(ctx: Ctx, asked: ShipInput): Promise<OrderWhole> {
  return inTransaction(ctx, async (tx) => {
    const order = await lockOrder(tx, ctx.shop.id, asked.orderId);
    checkVersion(ctx, order);
    const input = { ...asked, ...chosenWay(asked, order.deliveryMethod) };
    const faults = findShipFaults(input);
    const lines = await listLines(tx, ctx.shop.id, order.id);
    await refuseOpenEdit(tx, ctx.shop.id, order.id);
    if (!canShip(order))
      throw orderErrors.order_not_shippable(`The order is ${order.status} and ${order.fulfilmentState}.`);
    await refuseOpenDeposit(tx, ctx, order);
    if (faults.length > 0) throw parcelErrors.parcels_inconsistent(undefined, { violations: faults });
    const wanted = wantedUnits(input);
    const parts = await pointingInto(wanted.places, async () => choosePart(lines, wanted.lines));
    const shipment = await shipmentOf(tx, ctx, input);
    const stock = await shipStock(
      tx,
      ctx.shop.id,
      parts.map(({ line, quantity }) => ({ productId: line.productId, quantity })),
    );
    if (stock.failed.length > 0) throw new Error(`less is reserved than order ${order.id} holds`);
    const units = parts.map(({ line, quantity }) => ({ lineId: line.id, quantity }));
    await writeShipment(tx, shipment, units);
    await handOver(tx, ctx, order, shipment, { ...input, units });
    const updated = await afterShipping(tx, ctx, order, lines, parts);
    await shipGifts(tx, ctx, order.id, giftsOf(wholeLines(parts)));
    const { id: orderId, customerId, totalAmount } = order;
    await issueForParcel(tx, ctx, { orderId, customerId, totalAmount });
    await tellParcel(tx, ctx, 'shipped', updated, shipment);
    return loadWhole(tx, updated);
  });
}

async function shipmentOf(tx: Tx, ctx: Ctx, input: ShipInput): Promise<OrderShipment> {
  const { carrierId, parcels } = input;
  const carrier = carrierId === undefined ? input.carrier : (await requireCarrier(tx, ctx, carrierId)).name;
  return {
    shopId: ctx.shop.id,
    id: newId(),
    orderId: input.orderId,
    carrier: carrier ?? null,
    trackingNumber: input.trackingNumber ?? parcels?.[0]?.trackingNumber ?? null,
    shippedAt: ctx.now,
    deliveredAt: null,
  };
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

function choosePart(lines: readonly OrderLine[], wanted: ShipWish['lines']): Part[] {
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

/** Lines of which nothing is left to be shipped. */
const wholeLines = (parts: readonly Part[]): OrderLine[] =>
  parts.flatMap(({ line, quantity }) => (quantity === unitsToShip(line) ? [line] : []));

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
    await deliverParcels(tx, ctx, shipment.id, ctx.customerId === undefined ? 'staff' : 'customer');
    const { missing } = await readShipmentEnd(tx, ctx.shop.id, shipment.id);
    return loadWhole(tx, await arrive(tx, ctx, whole, shipment, ctx.now, missing));
  });
}

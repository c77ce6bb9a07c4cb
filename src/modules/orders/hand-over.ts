import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { pointingInto } from '../../platform/pointers.ts';
import { holdBuyer } from '../customers/standing.ts';
import { registerParcels } from '../shipping/parcels/register.ts';
import { parcelsOf, type ShipWish } from './ship-rules.ts';
import type { OrderShipment } from './shipments/tables.ts';
import type { Order } from './tables.ts';

interface Wish extends ShipWish {
  /** Everything that leaves. */
  readonly units: readonly { readonly lineId: string; readonly quantity: number }[];
}

/**
 * Hands what leaves over to a carrier of the shop, where one is named. The order is locked. Refusals: those of registerParcels,
 * which point into the request that named the carrier.
 */
export async function handOver(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  shipment: OrderShipment,
  wish: Wish,
  past?: { readonly deliveredAt: Date | null },
): Promise<void> {
  const { carrierId, method, methodId, promisedOn, units } = wish;
  if (carrierId === undefined) return;
  const consignment = {
    orderId: order.id,
    shipmentId: shipment.id,
    destination: destinationOf(order),
    shippedAt: shipment.shippedAt,
    isNameless: order.customerId !== null && (await holdBuyer(tx, ctx.shop.id, order.customerId)).isErased,
    ...(past ? { past } : {}),
  };
  const places = wish.parcels ? {} : { '/parcels/0/trackingNumber': '/trackingNumber' };
  await pointingInto(places, () =>
    registerParcels(tx, ctx, consignment, {
      carrierId,
      parcels: parcelsOf(wish, units),
      ...(method === undefined ? {} : { method }),
      ...(methodId === undefined ? {} : { methodId }),
      ...(promisedOn === undefined ? {} : { promisedOn }),
    }),
  );
}

const destinationOf = ({ shippingAddress: address }: Order) =>
  address === null
    ? null
    : { country: address.country, region: address.regionCode ?? address.region ?? null };

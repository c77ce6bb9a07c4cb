import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import type { Problem } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { requireCarrier } from '../shipping/parcels/register.ts';
import { orderErrors } from './errors.ts';
import { handOver } from './hand-over.ts';
import type { ImportDates } from './import-rules.ts';
import { writeArrival, writeShipment } from './shipment-repository.ts';
import type { OrderShipment } from './shipments/tables.ts';
import type { Order, OrderLine } from './tables.ts';

/** What an import says of how it was sent. */
interface SentInput {
  readonly carrier?: string;
  readonly trackingNumber?: string;
  readonly carrierId?: string;
  readonly method?: string;
  readonly promisedOn?: string;
  readonly carrierCostAmount?: number;
}

const inconsistent = (pointer: string, detail: string): Problem =>
  orderErrors.import_inconsistent(detail, { pointer });

/** What contradicts itself about how an order was sent, as a refusal: import_inconsistent. */
export function findParcelFault(input: SentInput, { shippedAt }: ImportDates): Problem | undefined {
  if (input.carrierId === undefined) {
    const name = (['method', 'promisedOn', 'carrierCostAmount'] as const).find(
      (field) => input[field] !== undefined,
    );
    return name && inconsistent(`/${name}`, 'It needs the carrierId of a carrier.');
  }
  if (shippedAt === null) return inconsistent('/carrierId', 'It was not shipped.');
  return input.carrier === undefined
    ? undefined
    : inconsistent('/carrier', 'The carrier is named by carrierId already.');
}

/** Writes the parcel of a shipped order that is taken in, with a carrier of the shop where one is named. */
export async function writeImportedParcel(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  lines: readonly OrderLine[],
  input: SentInput,
): Promise<void> {
  const { carrierId, carrierCostAmount } = input;
  const carrier =
    carrierId === undefined ? input.carrier : (await requireCarrier(tx, ctx, carrierId, true)).name;
  const shipment: OrderShipment = {
    shopId: order.shopId,
    id: newId(),
    orderId: order.id,
    carrier: carrier ?? null,
    trackingNumber: input.trackingNumber ?? null,
    shippedAt: order.shippedAt ?? order.placedAt,
    deliveredAt: null,
  };
  const units = lines.map(({ id, quantity }) => ({ lineId: id, quantity }));
  await writeShipment(tx, shipment, units);
  if (order.deliveredAt) await writeArrival(tx, shipment, order.deliveredAt);
  const { trackingNumber, ...rest } = input;
  const number = trackingNumber === undefined ? {} : { trackingNumber };
  const cost = carrierCostAmount === undefined ? {} : { costAmount: carrierCostAmount };
  const wish = { ...rest, units, parcels: [{ ...number, ...cost }] };
  await handOver(tx, ctx, order, shipment, wish, { deliveredAt: order.deliveredAt });
}

import type { Ctx } from '../../../platform/context.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { holdBuyer } from '../../customers/standing.ts';
import { insertCoupon } from './code-repository.ts';
import { countIssued, getDefinition } from './definition-repository.ts';
import { couponEvent, couponEvents } from './events.ts';
import { makeCoupon } from './issue.ts';
import { findParcelDefinitions, listParcelCoupons, type ParcelCoupon } from './parcel-repository.ts';
import type { Coupon } from './tables.ts';

export type { ParcelCoupon } from './parcel-repository.ts';

/**
 * Building block: an order leaves. Of each definition that says so, a code for the next order goes with it, once, however many parcels it
 * is: of its customer where codes belong to somebody, else an open one. A definition that issues no more is left out. The caller has locked
 * the order. Refusal: version_conflict, while its customer is being merged or erased.
 */
export async function issueForParcel(
  tx: Tx,
  ctx: Ctx,
  order: {
    readonly orderId: string;
    readonly customerId: string | null;
    /** Minor units: what the order came to. */
    readonly totalAmount: bigint;
  },
): Promise<Coupon[]> {
  const { orderId, customerId, totalAmount } = order;
  const wish = { orderId, totalAmount, isKnown: customerId !== null };
  const definitionIds = await findParcelDefinitions(tx, ctx, wish);
  if (definitionIds.length === 0) return [];
  const isErased = customerId !== null && (await holdBuyer(tx, ctx.shop.id, customerId)).isErased;
  const issued: Coupon[] = [];
  for (const id of definitionIds) {
    const definition = await getDefinition(tx, ctx.shop.id, id);
    const isAssigned = definition.assignment === 'assigned';
    if (isAssigned && isErased) continue;
    const coupon = makeCoupon(ctx, definition, {
      customerId: isAssigned ? customerId : null,
      parcelOrderId: orderId,
    });
    if (!(await countIssued(tx, ctx.shop.id, id, 1))) continue;
    await insertCoupon(tx, coupon);
    issued.push(coupon);
  }
  await appendEvents(
    tx,
    ctx,
    issued.map((coupon) => couponEvent(ctx, couponEvents.issued, coupon)),
  );
  return issued;
}

/** The codes that go with the parcels of an order, as they are printed. */
export const readParcelCoupons = (on: Reader, shopId: string, orderId: string): Promise<ParcelCoupon[]> =>
  listParcelCoupons(on, shopId, orderId);

import type { Ctx } from '../../platform/context.ts';
import { type ParcelCoupon, readParcelCoupons } from '../campaigns/coupons/parcel.ts';
import { findSellables } from '../catalogue/sellables.ts';
import { getWhole, type OrderWhole } from './repository.ts';

/** An order with what its products are called in the shop's own system. */
export interface PackedOrder {
  readonly whole: OrderWhole;
  readonly externalIds: ReadonlyMap<string, string | null>;
  readonly shopName: string;
  /** Codes for the next order. They are there once a parcel left. */
  readonly coupons: readonly ParcelCoupon[];
}

/** What goes into the parcels of an order. Refusal: not_found. */
export async function readPackingSlip(ctx: Ctx, orderId: string): Promise<PackedOrder> {
  const whole = await getWhole(ctx.db, ctx.shop.id, orderId, ctx.customerId);
  const ids = [...new Set(whole.lines.map(({ productId }) => productId))];
  const products = await findSellables(ctx.db, ctx.shop.id, ids);
  const externalIds = new Map(products.map(({ id, externalId }) => [id, externalId]));
  const coupons = await readParcelCoupons(ctx.db, ctx.shop.id, orderId);
  return { whole, externalIds, shopName: ctx.shop.name, coupons };
}

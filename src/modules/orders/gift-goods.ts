import type { Ctx } from '../../platform/context.ts';
import { readTerms } from '../catalogue/sellables.ts';
import type { ShippableGift } from '../loyalty/gifts/parcel.ts';
import type { OrderGoods } from './new-order.ts';

/** Gifts that a customer is owed, as lines of their order: at price 0, without a share in anything. */
export async function giftGoods(ctx: Ctx, grants: readonly ShippableGift[]): Promise<OrderGoods[]> {
  if (grants.length === 0) return [];
  const ids = [...new Set(grants.map(({ productId }) => productId))];
  const products = new Map((await readTerms(ctx.db, ctx.shop.id, ids)).map((one) => [one.id, one]));
  return grants.map(({ id, productId, quantity }) => {
    const product = products.get(productId);
    if (!product) throw new Error(`gift ${id} is a product that the shop does not have`);
    return {
      product,
      giftGrantId: id,
      quantity,
      listUnitAmount: 0n,
      discountAmount: 0n,
      netAmount: 0n,
      taxRateBps: product.taxRateBps,
      taxAmount: 0n,
      adjustments: [],
      appliedBreak: null,
      logo: null,
      giftOf: null,
      isFlashSale: false,
    };
  });
}

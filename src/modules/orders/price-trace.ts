import type { Ctx } from '../../platform/context.ts';
import { getOrder } from './repository.ts';
import { findTrace } from './trace-repository.ts';

/** How the price of an order came about; for a customer only of their own. Refusal: not_found. */
export async function readPriceTrace(ctx: Ctx, orderId: string) {
  const order = await getOrder(ctx.db, ctx.shop.id, orderId, ctx.customerId);
  return { orderId: order.id, trace: await findTrace(ctx.db, ctx.shop.id, order.id) };
}

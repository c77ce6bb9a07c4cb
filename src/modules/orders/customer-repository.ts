import { and, eq, sql } from 'drizzle-orm';
import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { type Order, orders } from './tables.ts';

/** All orders of a customer, oldest first. By orders_customer_idx. */
export const listOrdersOf = (on: Reader, shopId: string, customerId: string): Promise<Order[]> =>
  on
    .select()
    .from(orders)
    .where(and(eq(orders.shopId, shopId), eq(orders.customerId, customerId)))
    .orderBy(orders.placedAt, orders.id);

/** Changes all orders of a locked customer, each one version further. By orders_customer_idx. */
export async function updateOrdersOf(
  tx: Tx,
  ctx: Ctx,
  customerId: string,
  changes: Partial<Pick<Order, 'customerId' | 'shippingAddress' | 'staffNote' | 'metadata'>>,
): Promise<Pick<Order, 'id' | 'placedAt'>[]> {
  const mine = and(eq(orders.shopId, ctx.shop.id), eq(orders.customerId, customerId));
  // Locked in the order of their ids: a payment that holds one of them is waited for, never crossed.
  await tx.select({ id: orders.id }).from(orders).where(mine).orderBy(orders.id).for('no key update');
  return tx
    .update(orders)
    .set({ ...changes, version: sql`${orders.version} + 1`, updatedAt: ctx.now })
    .where(mine)
    .returning({ id: orders.id, placedAt: orders.placedAt });
}

import { and, count, eq, max, type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { type Order, orders } from './tables.ts';

/** All orders of a customer, oldest first. By orders_customer_idx. */
export const listOrdersOf = (on: Reader, shopId: string, customerId: string): Promise<Order[]> =>
  on
    .select()
    .from(orders)
    .where(and(eq(orders.shopId, shopId), eq(orders.customerId, customerId)))
    .orderBy(orders.placedAt, orders.id);

/** Gives all orders of one locked customer to another. Returns how many. */
export const moveOrders = (tx: Tx, ctx: Ctx, from: string, to: string): Promise<number> =>
  updateOrdersOf(tx, ctx, from, { customerId: to });

/** Removes what is personal from the orders of a locked customer; those that hold nothing any more stay as they are. */
export async function erasePersonalFields(tx: Tx, ctx: Ctx, customerId: string): Promise<void> {
  const something = sql`(${orders.shippingAddress} is not null or ${orders.senderAddress} is not null or ${orders.staffNote} is not null
    or ${orders.metadata} <> '{}'::jsonb)`;
  await updateOrdersOf(
    tx,
    ctx,
    customerId,
    { shippingAddress: null, senderAddress: null, staffNote: null, metadata: {} },
    something,
  );
  await eraseEditAddresses(tx, [ctx.shop.id, customerId]);
}

const eraseEditAddresses = preparedSql(
  'erase_order_edit_addresses',
  `update order_edits e set shipping_address = null, version = e.version + 1
   from orders o where o.shop_id = $1 and o.customer_id = $2 and e.shop_id = o.shop_id and e.order_id = o.id
     and e.shipping_address is not null`,
);

/** How many orders a customer has, and when the newest was placed. By orders_customer_idx. */
export async function countOrdersOf(on: Reader, shopId: string, customerId: string) {
  const [row] = await on
    .select({ count: count(), newestAt: max(orders.placedAt) })
    .from(orders)
    .where(and(eq(orders.shopId, shopId), eq(orders.customerId, customerId)));
  return { count: row?.count ?? 0, newestAt: row?.newestAt ?? null };
}

async function updateOrdersOf(
  tx: Tx,
  ctx: Ctx,
  customerId: string,
  changes: Partial<
    Pick<Order, 'customerId' | 'shippingAddress' | 'senderAddress' | 'staffNote' | 'metadata'>
  >,
  which?: SQL,
): Promise<number> {
  const mine = and(eq(orders.shopId, ctx.shop.id), eq(orders.customerId, customerId), which);
  // Locked in the order of their ids: a payment that holds one of them is waited for, never crossed.
  await tx.select({ id: orders.id }).from(orders).where(mine).orderBy(orders.id).for('no key update');
  const changed = await tx
    .update(orders)
    .set({ ...changes, version: sql`${orders.version} + 1`, updatedAt: ctx.now })
    .where(mine)
    .returning({ id: orders.id });
  return changed.length;
}

import { and, eq } from 'drizzle-orm';
import type { Reader } from '../../platform/db/client.ts';
import { type OrderPriceTrace, orderPriceTraces } from './tables.ts';

/** How the price of an order came about; undefined where no campaign had anything to do with it. Along the primary key. */
export async function findTrace(
  on: Reader,
  shopId: string,
  orderId: string,
): Promise<OrderPriceTrace | undefined> {
  const [row] = await on
    .select()
    .from(orderPriceTraces)
    .where(and(eq(orderPriceTraces.shopId, shopId), eq(orderPriceTraces.orderId, orderId)));
  return row;
}

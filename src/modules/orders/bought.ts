import type { Reader } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { sumOf } from '../../platform/money.ts';
import { isGiven, paidLeftOf } from './line-rules.ts';
import { getOrder, listLines } from './repository.ts';

/** What an order comes to for those who count what is bought. */
export interface Bought {
  readonly customerId: string | null;
  readonly channel: string;
  /** Null while it is not paid. */
  readonly paidAt: Date | null;
  /**
   * What was paid for goods that the customer has or still gets, after discounts; what settlements gave back later is not
   * taken off. Minor units. Freight and gifts are none.
   */
  readonly goodsAmount: bigint;
}

/** What an order comes to now. Refusal: not_found. */
export async function readBought(on: Reader, shopId: string, orderId: string): Promise<Bought> {
  const { customerId, channel, paidAt, status } = await getOrder(on, shopId, orderId);
  const lines = status === 'cancelled' ? [] : await listLines(on, shopId, orderId);
  const goods = lines.filter((line) => !isGiven(line));
  return { customerId, channel, paidAt, goodsAmount: sumOf(goods.map(paidLeftOf)) };
}

// Along orders_customer_idx.
const selectPaid = preparedSql(
  'select_paid_order_of_customer',
  `select 1 from orders where shop_id = $1 and customer_id = $2 and status <> 'cancelled' and paid_at is not null limit 1`,
);

/** Whether a customer has ever bought something: an order that is paid, and not cancelled. */
export const hasBought = async (on: Reader, shopId: string, customerId: string): Promise<boolean> =>
  (await selectPaid(on, [shopId, customerId])).length > 0;

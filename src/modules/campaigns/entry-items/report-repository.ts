import type { Reader } from '../../../platform/db/client.ts';
import { preparedRead, preparedSql } from '../../../platform/db/prepared.ts';
import type { EntryBuyer } from './ports.ts';

/** What orders took of an entry item. Amounts are minor units. */
export interface EntryUsage {
  readonly orders: number;
  readonly heldAmount: bigint;
  readonly usedAmount: bigint;
}

// Along entry_uses_entry_item_idx.
const selectUsage = preparedRead<{ orders: number; held: string; used: string }>(
  'sum_entry_uses',
  `select count(*)::int as orders, coalesce(sum(loss_amount) filter (where state = 'held'), 0)::text as held,
     coalesce(sum(loss_amount) filter (where state = 'used'), 0)::text as used
   from entry_uses where shop_id = $1 and entry_item_id = $2 and state in ('held', 'used')`,
);

export async function sumUsage(on: Reader, shopId: string, id: string): Promise<EntryUsage> {
  const [row] = await selectUsage(on, [shopId, id]);
  if (!row) throw new Error('sums without a row');
  return { orders: row.orders, heldAmount: BigInt(row.held), usedAmount: BigInt(row.used) };
}

// Along entry_uses_buyer_idx, which has each customer's first order before their others.
const selectBuyers = preparedSql<{ customer_id: string; order_id: string; placed_at: Date }>(
  'list_entry_buyers',
  `select distinct on (customer_id) customer_id, order_id, placed_at from entry_uses
   where shop_id = $1 and entry_item_id = $2 and customer_id is not null and state <> 'returned' and customer_id > $3::uuid
   order by customer_id, placed_at, order_id limit $4`,
);

/** Known customers who have an order with an entry item, after one of them. */
export const listBuyers = async (
  on: Reader,
  shopId: string,
  id: string,
  after: string,
  limit: number,
): Promise<EntryBuyer[]> =>
  (await selectBuyers(on, [shopId, id, after, limit])).map((row) => ({
    customerId: row.customer_id,
    orderId: row.order_id,
    placedAt: row.placed_at,
  }));

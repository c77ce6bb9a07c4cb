import { preparedSql } from '../../platform/db/prepared.ts';
import type { BuyersOrders } from '../campaigns/entry-items/ports.ts';

interface SumsRow extends Record<string, unknown> {
  buyers: number;
  orders: number;
  revenue: string;
  costed: string;
  cost: string;
}

const LEFT = 'l.quantity - l.cancelled_quantity - l.returned_quantity';
const NET = 'l.net_amount + l.charged_amount - l.settled_amount - l.credited_amount';
// Orders along orders_customer_idx, lines along order_lines_position_key.
const selectSums = preparedSql<SumsRow>(
  'sum_next_orders',
  `with next as (
     select o.id, o.customer_id from unnest($2::uuid[], $3::uuid[], $4::timestamptz[]) as b (customer_id, order_id, placed_at)
     join orders o on o.shop_id = $1 and o.customer_id = b.customer_id and o.placed_at >= b.placed_at
       and o.placed_at <= b.placed_at + make_interval(days => $5::int) and o.id <> b.order_id
       and o.status not in ('pending', 'cancelled')
   ), lines as (
     select sum(${NET}) as revenue, sum(${NET}) filter (where l.cost_unit_amount is not null) as costed,
       sum(l.cost_unit_amount * (${LEFT})) as cost
     from next n join order_lines l on l.shop_id = $1 and l.order_id = n.id
   )
   select (select count(distinct customer_id) from next)::int as buyers, (select count(*) from next)::int as orders,
     coalesce(revenue, 0)::text as revenue, coalesce(costed, 0)::text as costed, coalesce(cost, 0)::text as cost
   from lines`,
);

/** What customers bought after an order of theirs: orders that were paid or sent. */
export const nextOrdersOfBuyers: BuyersOrders = {
  async sumNext(on, shopId, buyers, days) {
    const [row] = await selectSums(on, [
      shopId,
      buyers.map(({ customerId }) => customerId),
      buyers.map(({ orderId }) => orderId),
      buyers.map(({ placedAt }) => placedAt),
      days,
    ]);
    if (!row) throw new Error('sums without a row');
    return {
      buyers: row.buyers,
      orders: row.orders,
      revenueAmount: BigInt(row.revenue),
      costedRevenueAmount: BigInt(row.costed),
      costAmount: BigInt(row.cost),
    };
  },
};

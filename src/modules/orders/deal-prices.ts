import { preparedSql } from '../../platform/db/prepared.ts';
import type { DealPrices } from '../catalogue/ports.ts';

// What a logo cost is not of the product's price.
const GOODS = 'greatest(0, l.net_amount - l.logo_unit_amount * l.quantity - l.logo_setup_amount)';
// What was really charged: lines of orders that were paid and not cancelled. A gift has no price. Along order_lines_product_idx.
const lowest = preparedSql<{ amount: bigint | null }>(
  'lowest_deal_price',
  `select min(round(${GOODS}::numeric / l.quantity))::int8 as amount
   from order_lines l join orders o on o.shop_id = l.shop_id and o.id = l.order_id
   where l.shop_id = $1 and l.product_id = $2 and l.placed_at >= $3 and l.placed_at < $4
     and l.gift_campaign_id is null and l.gift_grant_id is null and o.paid_amount > 0 and o.status <> 'cancelled'`,
);
const last = preparedSql<{ amount: bigint; at: Date }>(
  'last_deal_price',
  `select round(${GOODS}::numeric / l.quantity)::int8 as amount, l.placed_at as at
   from order_lines l join orders o on o.shop_id = l.shop_id and o.id = l.order_id
   where l.shop_id = $1 and l.product_id = $2 and l.placed_at < $3
     and l.gift_campaign_id is null and l.gift_grant_id is null and o.paid_amount > 0 and o.status <> 'cancelled'
   order by l.placed_at desc, l.id desc limit 1`,
);

/** What customers were charged per unit, net of discounts, rounded half away from zero. */
export const orderDealPrices: DealPrices = {
  async findLowestUnitPrice(on, shopId, productId, from, to) {
    const [row] = await lowest(on, [shopId, productId, from, to]);
    return row?.amount ?? undefined;
  },
  async findLastUnitPrice(on, shopId, productId, before) {
    return (await last(on, [shopId, productId, before]))[0];
  },
};

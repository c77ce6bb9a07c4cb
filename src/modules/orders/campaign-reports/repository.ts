import type { Reader } from '../../../platform/db/client.ts';
import { preparedRead, preparedSql } from '../../../platform/db/prepared.ts';

/** Which orders a report is about. */
export interface ReportScope {
  readonly campaignIds: readonly string[];
  /** Placed from then on, and before then. */
  readonly from: Date | null;
  readonly to: Date | null;
}

/** Sums over orders. Amounts are minor units. */
export interface CampaignFigures {
  readonly heldOrders: number;
  readonly usedOrders: number;
  readonly returnedOrders: number;
  readonly participants: number;
  readonly newCustomers: number;
  readonly units: number;
  readonly revenueAmount: bigint;
  /** The part of the revenue whose cost is known, and that cost. */
  readonly costedRevenueAmount: bigint;
  readonly costAmount: bigint;
}

interface FiguresRow extends Record<string, unknown> {
  held_orders: number;
  used_orders: number;
  returned_orders: number;
  participants: number;
  new_customers: number;
  units: string;
  revenue: string;
  costed: string;
  cost: string;
}

// Along campaign_uses_campaign_idx; orders by their key, lines along order_lines_position_key, earlier orders along orders_customer_idx. An
// order with two campaigns of a programme is one order.
const selectFigures = preparedSql<FiguresRow>(
  'sum_campaign_orders',
  `with taken as (
     select order_id, max(state) as state from campaign_uses
     where shop_id = $1 and campaign_id = any($2::uuid[]) and ($3::timestamptz is null or placed_at >= $3)
       and ($4::timestamptz is null or placed_at < $4) group by order_id
   ), kept as (
     select o.id, o.customer_id, o.placed_at, h.state from taken h join orders o on o.shop_id = $1 and o.id = h.order_id
   ), lines as (
     select sum(l.quantity - l.cancelled_quantity - l.returned_quantity) as units,
       sum(l.net_amount + l.charged_amount - l.settled_amount - l.credited_amount) as revenue,
       sum(l.net_amount + l.charged_amount - l.settled_amount - l.credited_amount) filter (where l.cost_unit_amount is not null)
         as costed,
       sum(l.cost_unit_amount * (l.quantity - l.cancelled_quantity - l.returned_quantity)) as cost
     from kept k join order_lines l on l.shop_id = $1 and l.order_id = k.id where k.state <> 'returned'
   ), people as (
     select customer_id, min(placed_at) as first_at from kept where state <> 'returned' and customer_id is not null group by 1
   )
   select (select count(*) from taken where state = 'held')::int as held_orders,
     (select count(*) from taken where state = 'used')::int as used_orders,
     (select count(*) from taken where state = 'returned')::int as returned_orders,
     (select count(*) from people)::int as participants,
     (select count(*) from people p where not exists (select 1 from orders e where e.shop_id = $1
       and e.customer_id = p.customer_id and e.placed_at < p.first_at and e.status <> 'cancelled'))::int as new_customers,
     coalesce(units, 0)::text as units, coalesce(revenue, 0)::text as revenue, coalesce(costed, 0)::text as costed,
     coalesce(cost, 0)::text as cost
   from lines`,
);

export async function sumOrders(on: Reader, shopId: string, scope: ReportScope): Promise<CampaignFigures> {
  const [row] = await selectFigures(on, [shopId, scope.campaignIds, scope.from, scope.to]);
  if (!row) throw new Error('sums without a row');
  return {
    heldOrders: row.held_orders,
    usedOrders: row.used_orders,
    returnedOrders: row.returned_orders,
    participants: row.participants,
    newCustomers: row.new_customers,
    units: Number(row.units),
    revenueAmount: BigInt(row.revenue),
    costedRevenueAmount: BigInt(row.costed),
    costAmount: BigInt(row.cost),
  };
}

/** What campaigns gave, by campaign, version and channel. */
export interface Given {
  readonly campaignId: string;
  readonly campaignVersion: number;
  readonly channel: string;
  readonly orders: number;
  readonly discountAmount: bigint;
  readonly freightAmount: bigint;
  readonly giftCostAmount: bigint;
}

interface GivenRow extends Record<string, unknown> {
  campaign_id: string;
  campaign_version: number;
  channel: string;
  orders: number;
  discount: string;
  freight: string;
  gifts: string;
}

// Along campaign_uses_campaign_idx.
const selectGiven = preparedRead<GivenRow>(
  'sum_campaign_uses',
  `select campaign_id, campaign_version, channel, count(*)::int as orders, sum(discount_amount)::text as discount,
     sum(freight_amount)::text as freight, sum(gift_cost_amount)::text as gifts from campaign_uses
   where shop_id = $1 and campaign_id = any($2::uuid[]) and ($3::timestamptz is null or placed_at >= $3)
     and ($4::timestamptz is null or placed_at < $4) and state <> 'returned'
   group by 1, 2, 3 order by 1, 2, 3`,
);

export const sumGiven = async (on: Reader, shopId: string, scope: ReportScope): Promise<Given[]> =>
  (await selectGiven(on, [shopId, scope.campaignIds, scope.from, scope.to])).map((row) => ({
    campaignId: row.campaign_id,
    campaignVersion: row.campaign_version,
    channel: row.channel,
    orders: row.orders,
    discountAmount: BigInt(row.discount),
    freightAmount: BigInt(row.freight),
    giftCostAmount: BigInt(row.gifts),
  }));

import type { Reader } from '../../platform/db/client.ts';
import { plannedSql, preparedSql } from '../../platform/db/prepared.ts';
import type { PriceBreak } from '../catalogue/tables.ts';

export interface ProductFacts {
  readonly productId: string;
  readonly priceAmount: bigint;
  readonly isClearance: boolean;
  /** What its quantity prices are, and what they stay above. */
  readonly priceBreaks: PriceBreak[];
  readonly minimumPriceAmount: bigint | null;
  readonly costAmount: bigint | null;
}

// By the primary key.
const selectProducts = preparedSql<{
  id: string;
  price_amount: string;
  is_clearance: boolean;
  price_breaks: PriceBreak[];
  minimum_price_amount: string | null;
  cost_amount: string | null;
}>(
  'select_settlement_products',
  `select id, price_amount, 'clearance' = any(collections) as is_clearance, price_breaks, minimum_price_amount, cost_amount
   from products
   where shop_id = $1 and id = any($2::uuid[])`,
);

const amountOf = (text: string | null): bigint | null => (text === null ? null : BigInt(text));

/** What products cost now, in which quantities, and whether they are in clearance. */
export async function findProductFacts(
  on: Reader,
  shopId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ProductFacts>> {
  const rows = await selectProducts(on, [shopId, ids]);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        productId: row.id,
        priceAmount: BigInt(row.price_amount),
        isClearance: row.is_clearance,
        priceBreaks: row.price_breaks,
        minimumPriceAmount: amountOf(row.minimum_price_amount),
        costAmount: amountOf(row.cost_amount),
      },
    ]),
  );
}

/** What people call an order and its lines. */
export interface SettlementNames {
  readonly orderNumber: string;
  /** By the line's id. */
  readonly products: ReadonlyMap<string, string>;
}

// By order_lines_position_key.
const selectNames = preparedSql<{ number: string; line_id: string; product_name: string }>(
  'select_settlement_names',
  `select o.number, l.id as line_id, l.product_name from orders o
     join order_lines l on l.shop_id = o.shop_id and l.order_id = o.id
   where o.shop_id = $1 and o.id = $2`,
);

/** What an order and its lines are called, for who settles about them. */
export async function findNames(on: Reader, shopId: string, orderId: string): Promise<SettlementNames> {
  const rows = await selectNames(on, [shopId, orderId]);
  return {
    orderNumber: rows[0]?.number ?? '',
    products: new Map(rows.map((row) => [row.line_id, row.product_name])),
  };
}

// Along settlements_order_idx, for each order by itself: a condition on a list may be left to a filter that reads all of a shop.
const selectSuspected = plannedSql<{ order_id: string }>(
  `select o.id as order_id from unnest($2::uuid[]) as o (id) where exists (
     select 1 from settlements where shop_id = $1 and order_id = o.id and decline_reason = 'suspected_fraud' offset 0)`,
);

/** Orders for which staff declined a claim on suspicion of fraud: a person decides whatever is claimed of them from then on. */
export const findSuspected = async (
  on: Reader,
  shopId: string,
  orderIds: readonly string[],
): Promise<ReadonlySet<string>> =>
  new Set((await selectSuspected(on, [shopId, orderIds])).map((row) => row.order_id));

// What was paid for and not cancelled. Along order_lines_product_idx.
const countSold = preparedSql<{ product_id: string; units: string }>(
  'count_units_sold',
  `select l.product_id, sum(l.quantity - l.cancelled_quantity - l.returned_quantity) as units
   from order_lines l join orders o on o.shop_id = l.shop_id and o.id = l.order_id
   where l.shop_id = $1 and l.product_id = any($2::uuid[]) and l.placed_at >= $3 and l.placed_at < $4
     and o.paid_at is not null and o.status <> 'cancelled'
   group by l.product_id`,
);

/** How many units of products were sold in a period. */
export async function countUnitsSold(
  on: Reader,
  shopId: string,
  ids: readonly string[],
  from: Date,
  to: Date,
): Promise<ReadonlyMap<string, number>> {
  const rows = await countSold(on, [shopId, ids, from, to]);
  return new Map(rows.map((row) => [row.product_id, Number(row.units)]));
}

// By settlement_lines_open_key, and from the line's order by order_edits_open_key, its units and settlements_edit_key; for each
// line by itself, as above.
const selectBusy = plannedSql<{ line_id: string; settlement_id: string | null }>(
  `select l.id as line_id, held.settlement_id from unnest($2::uuid[]) as l (id) cross join lateral (
     select settlement_id from settlement_lines where shop_id = $1 and line_id = l.id and is_open
     union all
     select s.id from order_lines ol cross join lateral (
         select id from order_edits where shop_id = $1 and order_id = ol.order_id and state = 'open' offset 0) e
       join order_edit_units u on u.shop_id = $1 and u.edit_id = e.id and u.line_id = ol.id
       left join settlements s on s.shop_id = $1 and s.edit_id = e.id
     where ol.shop_id = $1 and ol.id = l.id
     offset 0) held`,
);

/** The lines of which another settlement has not ended, or of which units are about to go with an edit. */
export const findBusyLines = async (
  on: Reader,
  shopId: string,
  lines: readonly { readonly id: string }[],
): Promise<ReadonlySet<string>> => new Set((await findLineHolders(on, shopId, lines)).keys());

/** The same with the settlement that holds each, or that of the edit. */
export async function findLineHolders(
  on: Reader,
  shopId: string,
  lines: readonly { readonly id: string }[],
): Promise<ReadonlyMap<string, string | null>> {
  const rows = await selectBusy(on, [shopId, lines.map(({ id }) => id)]);
  return new Map(rows.map((row) => [row.line_id, row.settlement_id]));
}

// By settlements_open_freight_key, whose condition it repeats.
const selectFreight = preparedSql<{ id: string }>(
  'select_open_freight_settlement',
  `select id from settlements where shop_id = $1 and order_id = $2
     and freight_amount > 0 and state not in ('settled', 'declined', 'expired', 'cancelled')`,
);

/** The settlement of an order's freight that has not ended. */
export const findOpenFreight = async (
  on: Reader,
  shopId: string,
  orderId: string,
): Promise<string | undefined> => (await selectFreight(on, [shopId, orderId]))[0]?.id;

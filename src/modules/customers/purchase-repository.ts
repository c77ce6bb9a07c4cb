import { and, asc, eq } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { preparedRead, preparedSql } from '../../platform/db/prepared.ts';
import { MAX_AMOUNT } from '../../platform/money.ts';
import type { Figures } from './purchase-rules.ts';
import { type CustomerPurchase, customerPurchases } from './tables.ts';

// The event's place in the feed guards every write: an event that comes again, or late, changes nothing. A merge may
// have given the row to another customer, so an update leaves its customer alone.
const upsertStatement = preparedSql<{ customer_id: string }>(
  'upsert_customer_purchase',
  `insert into customer_purchases as p (shop_id, customer_id, order_id, amount, placed_at, categories, position)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (shop_id, order_id) do update set amount = excluded.amount, placed_at = excluded.placed_at,
     categories = excluded.categories, position = excluded.position
   where p.position < excluded.position returning customer_id`,
);

/** Writes what an order amounts to. Returns whose purchase has changed. */
export async function upsertPurchase(tx: Tx, row: CustomerPurchase): Promise<string | undefined> {
  const { shopId, customerId, orderId, amount, placedAt, categories, position } = row;
  const [changed] = await upsertStatement(tx, [
    shopId,
    customerId,
    orderId,
    amount,
    placedAt,
    JSON.stringify(categories),
    position,
  ]);
  return changed?.customer_id;
}

const setStatement = preparedSql<{ customer_id: string }>(
  'set_customer_purchase_amount',
  `update customer_purchases set amount = $3, position = $4 where shop_id = $1 and order_id = $2 and position < $4
   returning customer_id`,
);
const changeStatement = preparedSql<{ customer_id: string }>(
  'change_customer_purchase_amount',
  `update customer_purchases set amount = greatest(0, amount + $3), position = $4
   where shop_id = $1 and order_id = $2 and position < $4 returning customer_id`,
);

interface AmountOfOrder {
  readonly orderId: string;
  /** Minor units. */
  readonly amount: bigint;
  readonly position: bigint;
}

/** Changes what a known order amounts to. Returns whose purchase has changed. */
export const setPurchaseAmount = async (
  tx: Tx,
  shopId: string,
  { orderId, amount, position }: AmountOfOrder,
): Promise<string | undefined> =>
  (await setStatement(tx, [shopId, orderId, amount, position]))[0]?.customer_id;

/** Adds an amount to what a known order amounts to, or takes it off, down to zero. Returns whose purchase has changed. */
export const changePurchaseAmount = async (
  tx: Tx,
  shopId: string,
  { orderId, amount, position }: AmountOfOrder,
): Promise<string | undefined> =>
  (await changeStatement(tx, [shopId, orderId, amount, position]))[0]?.customer_id;

// Along the primary key, for a whole page of customers at once. The same order of categories on every server: ties by
// the bytes of their names. A sum beyond what the API can carry shows as the most that it can.
const selectFigures = preparedSql<{
  customer_id: string;
  first_at: Date;
  last_at: Date;
  purchases: number;
  total: bigint;
  favourites: string[];
}>(
  'select_customer_figures',
  `select asked.id as customer_id, bought.*, array(
     select category from customer_purchases cross join lateral jsonb_each_text(categories) as c (category, net)
     where shop_id = $1 and customer_id = asked.id and amount > 0
     group by category order by sum(net::int8) desc, category collate "C" limit 3
   ) as favourites
   from unnest($2::uuid[]) as asked (id) cross join lateral (
     select min(placed_at) as first_at, max(placed_at) as last_at, count(*)::int4 as purchases,
       least(sum(amount), ${MAX_AMOUNT})::int8 as total
     from customer_purchases where shop_id = $1 and customer_id = asked.id and amount > 0
   ) bought
   where bought.purchases > 0`,
);

/** The purchase figures of customers, by customer id; those who bought nothing are left out. */
export async function findFigures(
  on: Reader,
  shopId: string,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, Figures>> {
  if (customerIds.length === 0) return new Map();
  const rows = await selectFigures(on, [shopId, [...customerIds]]);
  return new Map(
    rows.map((row) => [
      row.customer_id,
      {
        firstPurchaseAt: row.first_at,
        lastPurchaseAt: row.last_at,
        purchaseCount: row.purchases,
        totalAmount: row.total,
        favouriteCategories: row.favourites,
      },
    ]),
  );
}

// Along the primary key.
const selectAny = preparedRead<{ is_there: boolean }>(
  'has_customer_purchase',
  'select exists (select 1 from customer_purchases where shop_id = $1 and customer_id = $2 and amount > 0) as is_there',
);

/** Whether anything was kept of an order of this customer. */
export const hasPurchase = async (on: Reader, shopId: string, customerId: string): Promise<boolean> =>
  (await selectAny(on, [shopId, customerId]))[0]?.is_there === true;

/** What each order of a customer amounts to, oldest first. */
export const listPurchaseRows = (
  on: Reader,
  shopId: string,
  customerId: string,
): Promise<CustomerPurchase[]> =>
  on
    .select()
    .from(customerPurchases)
    .where(and(eq(customerPurchases.shopId, shopId), eq(customerPurchases.customerId, customerId)))
    .orderBy(asc(customerPurchases.placedAt), asc(customerPurchases.orderId));

/** Gives the purchases of one customer to another. Returns how many. */
export async function movePurchases(tx: Tx, shopId: string, from: string, to: string): Promise<number> {
  const moved = await tx
    .update(customerPurchases)
    .set({ customerId: to })
    .where(and(eq(customerPurchases.shopId, shopId), eq(customerPurchases.customerId, from)));
  return moved.rowCount ?? 0;
}

/** Deletes the purchases of a customer. Returns how many. */
export async function deletePurchases(tx: Tx, shopId: string, customerId: string): Promise<number> {
  const gone = await tx
    .delete(customerPurchases)
    .where(and(eq(customerPurchases.shopId, shopId), eq(customerPurchases.customerId, customerId)));
  return gone.rowCount ?? 0;
}

import { and, desc, eq, lte, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { prepared, preparedSql } from '../../../platform/db/prepared.ts';
import { recordsJson } from '../../../platform/db/records.ts';
import { afterKey, type Page, readCursor, toPage } from '../../../platform/http/pagination.ts';
import type { PriceWindow } from '../ports.ts';
import type { OfferedPrice } from './rules.ts';
import { priceHistory, type PriceRow } from '../tables.ts';

const p = sql.placeholder;

const insertStatement = preparedSql(
  'insert_prices',
  'insert into price_history select * from jsonb_populate_recordset(null::price_history, $1)',
);
const insertMissing = preparedSql<{ effective_at: Date }>(
  'insert_missing_prices',
  // In order: two imports of the same history wait for each other instead of deadlocking.
  `insert into price_history select * from jsonb_populate_recordset(null::price_history, $1)
   order by product_id, effective_at on conflict do nothing returning effective_at`,
);

/** Writes prices that came into force; the caller holds their products' rows. */
export async function insertPrices(tx: Tx, rows: readonly PriceRow[]): Promise<void> {
  if (rows.length > 0) await insertStatement(tx, [recordsJson(priceHistory, rows)]);
}

/** Writes prices unless their moment has one. Returns how many were written. */
export const insertMissingPrices = async (tx: Tx, rows: readonly PriceRow[]): Promise<number> =>
  (await insertMissing(tx, [recordsJson(priceHistory, rows)])).length;

const selectAtMoments = prepared('select_prices_at_moments', (db) =>
  db
    .select({ amount: priceHistory.amount, effectiveAt: priceHistory.effectiveAt })
    .from(priceHistory)
    .where(
      and(
        eq(priceHistory.shopId, p('shopId')),
        eq(priceHistory.productId, p('productId')),
        sql`${priceHistory.effectiveAt} = any(${p('moments')}::timestamptz[])`,
      ),
    ),
);

/** The prices of a product that came into force at exactly these moments. */
export const findPricesAt = (on: Reader, shopId: string, productId: string, moments: readonly Date[]) =>
  selectAtMoments(on, { shopId, productId, moments: moments.map((moment) => moment.toISOString()) });

const selectInForce = prepared('select_price_in_force', (db) =>
  db
    .select()
    .from(priceHistory)
    .where(
      and(
        eq(priceHistory.shopId, p('shopId')),
        eq(priceHistory.productId, p('productId')),
        lte(priceHistory.effectiveAt, p('at')),
      ),
    )
    .orderBy(desc(priceHistory.effectiveAt))
    .limit(1),
);

/** The price that was in force at a moment. */
export const findPriceInForce = async (
  on: Reader,
  shopId: string,
  productId: string,
  at: Date,
): Promise<PriceRow | undefined> => (await selectInForce(on, { shopId, productId, at }))[0];

// Both parts read along the primary key: the prices that began inside each window, and the one that was in force
// when it opened.
const selectLowestOffered = preparedSql<{ product_id: string; amount: bigint }>(
  'select_lowest_offered_prices',
  `select w.product_id, offered.amount
   from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) as w (product_id, opened_at, closed_at)
   cross join lateral (
     select min(amount) as amount from (
       select h.amount from price_history h
       where h.shop_id = $1 and h.product_id = w.product_id
         and h.effective_at > w.opened_at and h.effective_at < w.closed_at
       union all
       (select h.amount from price_history h
        where h.shop_id = $1 and h.product_id = w.product_id
          and h.effective_at <= w.opened_at and h.effective_at < w.closed_at
        order by h.effective_at desc limit 1)
     ) prices
   ) offered
   where offered.amount is not null`,
);

/** The lowest price offered from `opensAt` up to, but not at, `closesAt`, by product id. */
export async function findLowestOffered(
  on: Reader,
  shopId: string,
  windows: readonly PriceWindow[],
): Promise<ReadonlyMap<string, bigint>> {
  const rows = await selectLowestOffered(on, [
    shopId,
    windows.map(({ productId }) => productId),
    windows.map(({ opensAt }) => opensAt.toISOString()),
    windows.map(({ closesAt }) => closesAt.toISOString()),
  ]);
  return new Map(rows.map((row) => [row.product_id, row.amount]));
}

const selectOffered = preparedSql<{ product_id: string; amount: bigint; effective_at: Date }>(
  'select_offered_prices',
  `select w.product_id, h.amount, h.effective_at
   from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) as w (product_id, opened_at, closed_at)
   join price_history h on h.shop_id = $1 and h.product_id = w.product_id and h.effective_at < w.closed_at
     and h.effective_at >= coalesce((select max(effective_at) from price_history
       where shop_id = $1 and product_id = w.product_id and effective_at <= w.opened_at), w.opened_at)
   order by w.product_id, h.effective_at`,
);

/** The list prices of each window, the oldest first: the one that was in force when it opened, and those that began in it. */
export async function findOfferedPrices(
  on: Reader,
  shopId: string,
  windows: readonly PriceWindow[],
): Promise<ReadonlyMap<string, OfferedPrice[]>> {
  const rows = await selectOffered(on, [
    shopId,
    windows.map(({ productId }) => productId),
    windows.map(({ opensAt }) => opensAt.toISOString()),
    windows.map(({ closesAt }) => closesAt.toISOString()),
  ]);
  const found = new Map<string, OfferedPrice[]>();
  for (const { product_id: id, amount, effective_at: effectiveAt } of rows)
    found.set(id, [...(found.get(id) ?? []), { amount, effectiveAt }]);
  return found;
}

/** The prices of a product, newest first, along the primary key. */
export async function listPriceRows(
  on: Reader,
  shopId: string,
  productId: string,
  query: { readonly limit: number; readonly cursor?: string },
): Promise<Page<PriceRow>> {
  const list = `prices/${productId}`;
  const t = priceHistory;
  const after = afterKey([t.effectiveAt], readCursor(list, query), 'desc');
  const rows = await on
    .select()
    .from(t)
    .where(and(eq(t.shopId, shopId), eq(t.productId, productId), after))
    .orderBy(desc(t.effectiveAt))
    .limit(query.limit + 1);
  return toPage(list, query, rows, (row) => [row.effectiveAt.toISOString()]);
}

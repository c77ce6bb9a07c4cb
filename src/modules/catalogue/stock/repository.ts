import { and, desc, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { refusalDetail } from '../../../platform/db/constraints.ts';
import type { Part } from '../../../platform/db/parts.ts';
import { prepared, preparedSql } from '../../../platform/db/prepared.ts';
import { recordsJson } from '../../../platform/db/records.ts';
import { platformErrors } from '../../../platform/errors.ts';
import { afterKey, type Page, readCursor, toPage } from '../../../platform/http/pagination.ts';
import { MAX_QUANTITY } from '../rules.ts';
import { type StockAdjustmentRow, stockAdjustments, stockItems, type StockRow } from '../tables.ts';

const p = sql.placeholder;

interface MovedRow {
  readonly product_id: string;
  readonly on_hand: number;
  readonly reserved: number;
}
type Move = (on: Tx, values: readonly unknown[]) => Promise<MovedRow[]>;

/**
 * One guarded update for all products of an order. An UPDATE visits rows in whatever order its plan gives: two
 * orders for the same two products could each hold the one that the other waits for. So the rows are locked
 * first, in order of id; the guard is then checked against what the order before has left.
 */
const moveStatement = (name: string, change: string, guard: string): Move =>
  preparedSql<MovedRow & Record<string, unknown>>(
    name,
    `with locked as (
       select product_id from stock_items where shop_id = $1 and product_id = any($2::uuid[])
       order by product_id for no key update
     )
     update stock_items s set ${change}, version = s.version + 1
     from locked join unnest($2::uuid[], $3::int[]) as w (product_id, quantity) on w.product_id = locked.product_id
     where s.shop_id = $1 and s.product_id = locked.product_id and ${guard}
     returning s.product_id, s.on_hand, s.reserved`,
  );

const available = 's.on_hand - s.reserved >= w.quantity';
const promised = 's.reserved >= w.quantity';
/** Each moves `$3` pieces of the products `$2` and returns the rows that it moved. */
export const stockMoves = {
  reserve: moveStatement('reserve_stock', 'reserved = s.reserved + w.quantity', available),
  release: moveStatement('release_stock', 'reserved = s.reserved - w.quantity', promised),
  ship: moveStatement(
    'ship_stock',
    'on_hand = s.on_hand - w.quantity, reserved = s.reserved - w.quantity',
    promised,
  ),
  return: moveStatement(
    'return_stock',
    'on_hand = s.on_hand + w.quantity',
    `s.on_hand <= ${MAX_QUANTITY} - w.quantity`,
  ),
  take: moveStatement('take_stock', 'on_hand = s.on_hand - w.quantity', available),
} satisfies Record<string, Move>;

/** Reserves pieces of all products or fails, as part of a statement; what could be reserved is in the error's detail. */
export const reservePart = (shopId: string, ids: readonly string[], quantities: readonly number[]): Part => ({
  name: 'reserve',
  ctes: `stock_locked as (
      select product_id from stock_items where shop_id = $1 and product_id = any($2::uuid[])
      order by product_id for no key update
    ), stock_moved as (
      update stock_items s set reserved = s.reserved + w.quantity, version = s.version + 1
      from stock_locked l join unnest($2::uuid[], $3::int[]) as w (product_id, quantity) on w.product_id = l.product_id
      where s.shop_id = $1 and s.product_id = l.product_id and ${available}
      returning s.product_id
    )`,
  check: `select refuse('stock_short', (select coalesce(json_agg(product_id), '[]')::text from stock_moved))
    where (select count(*) from stock_moved) < cardinality($2::uuid[])`,
  values: [shopId, ids, quantities],
});

/** What `reservePart` failed for; any other error as it is. */
export function toStockShort(error: unknown, ids: readonly string[]): unknown {
  const detail = refusalDetail(error, 'stock_short');
  if (detail === undefined) return error;
  const moved = new Set(JSON.parse(detail) as string[]);
  return new StockShort(ids.filter((id) => !moved.has(id)));
}

/** Of these products there was not enough, or the shop does not have them. Nothing was reserved. */
export class StockShort extends Error {
  readonly productIds: readonly string[];
  constructor(productIds: readonly string[]) {
    super(`not enough stock of ${productIds.join(', ')}`);
    this.productIds = productIds;
  }
}

const selectLevel = prepared('select_stock_level', (db) =>
  db
    .select()
    .from(stockItems)
    .where(and(eq(stockItems.shopId, p('shopId')), eq(stockItems.productId, p('productId')))),
);

/** The stock of a product, or `not_found`. */
export async function getStockRow(on: Reader, shopId: string, productId: string): Promise<StockRow> {
  const [row] = await selectLevel(on, { shopId, productId });
  if (!row) throw platformErrors.not_found();
  return row;
}

const selectLevels = prepared('select_stock_levels', (db) =>
  db
    .select()
    .from(stockItems)
    .where(
      and(eq(stockItems.shopId, p('shopId')), sql`${stockItems.productId} = any(${p('productIds')}::uuid[])`),
    ),
);
const lockLevels = prepared('lock_stock_levels', (db) =>
  db
    .select()
    .from(stockItems)
    .where(
      and(eq(stockItems.shopId, p('shopId')), sql`${stockItems.productId} = any(${p('productIds')}::uuid[])`),
    )
    // In the order in which orders lock them.
    .orderBy(stockItems.productId)
    .for('no key update'),
);

/** The stock of products by product id. */
export const findStockRows = async (on: Reader, shopId: string, productIds: readonly string[]) =>
  byProduct(await selectLevels(on, { shopId, productIds }));

/** Locks the stock of products, by product id: what is reserved does not change until the transaction ends. */
export const lockStockRows = async (tx: Tx, shopId: string, productIds: readonly string[]) =>
  byProduct(productIds.length === 0 ? [] : await lockLevels(tx, { shopId, productIds }));

const byProduct = (rows: readonly StockRow[]): ReadonlyMap<string, StockRow> =>
  new Map(rows.map((row) => [row.productId, row]));

const changeOnHand = preparedSql<{ on_hand: number; reserved: number; version: number }>(
  'change_stock_on_hand',
  `update stock_items set on_hand = on_hand + $3, version = version + 1
   where shop_id = $1 and product_id = $2 and on_hand + $3 between reserved and ${MAX_QUANTITY}
     and ($4::int is null or version = $4)
   returning on_hand, reserved, version`,
);

/** Changes the stock on hand by `change` pieces; undefined when a guard or the expected version forbids it. */
export async function changeStock(
  tx: Tx,
  stock: { shopId: string; productId: string; change: number; expectedVersion: number | undefined },
): Promise<StockRow | undefined> {
  const { shopId, productId, change, expectedVersion } = stock;
  const [row] = await changeOnHand(tx, [shopId, productId, change, expectedVersion ?? null]);
  return row && { shopId, productId, onHand: row.on_hand, reserved: row.reserved, version: row.version };
}

const setLevels = preparedSql<{ product_id: string }>(
  'set_stock_on_hand',
  `update stock_items s set on_hand = w.on_hand, version = s.version + 1
   from unnest($2::uuid[], $3::int[]) as w (product_id, on_hand)
   where s.shop_id = $1 and s.product_id = w.product_id and w.on_hand >= s.reserved
   returning s.product_id`,
);
const insertLevels = preparedSql(
  'insert_stock_levels',
  `insert into stock_items (shop_id, product_id, on_hand)
   select $1, product_id, on_hand from unnest($2::uuid[], $3::int[]) as w (product_id, on_hand)`,
);

interface OnHand {
  readonly productId: string;
  readonly onHand: number;
}
const columnsOf = (shopId: string, levels: readonly OnHand[]) => [
  shopId,
  levels.map(({ productId }) => productId),
  levels.map(({ onHand }) => onHand),
];

/** Sets the stock on hand of products whose rows are locked. */
export async function setStock(tx: Tx, shopId: string, levels: readonly OnHand[]): Promise<void> {
  if (levels.length === 0) return;
  const written = await setLevels(tx, columnsOf(shopId, levels));
  if (written.length !== levels.length) throw platformErrors.version_conflict();
}

/** Gives new products their stock rows. */
export async function insertStock(tx: Tx, shopId: string, levels: readonly OnHand[]): Promise<void> {
  if (levels.length > 0) await insertLevels(tx, columnsOf(shopId, levels));
}

const insertStatement = preparedSql(
  'insert_stock_adjustments',
  'insert into stock_adjustments select * from jsonb_populate_recordset(null::stock_adjustments, $1)',
);

export async function insertAdjustments(tx: Tx, rows: readonly StockAdjustmentRow[]): Promise<void> {
  if (rows.length > 0) await insertStatement(tx, [recordsJson(stockAdjustments, rows)]);
}

interface ListQuery {
  readonly limit: number;
  readonly cursor?: string;
}

/** The adjustments of a product, newest first, along the primary key. */
export async function listAdjustmentRows(
  on: Reader,
  shopId: string,
  productId: string,
  query: ListQuery,
): Promise<Page<StockAdjustmentRow>> {
  const list = `stock-adjustments/${productId}`;
  const t = stockAdjustments;
  const rows = await on
    .select()
    .from(t)
    .where(
      and(
        eq(t.shopId, shopId),
        eq(t.productId, productId),
        afterKey([t.id], readCursor(list, query), 'desc'),
      ),
    )
    .orderBy(desc(t.id))
    .limit(query.limit + 1);
  return toPage(list, query, rows, (row) => [row.id]);
}

/** The stock of every product, newest product first, along the primary key. */
export async function listStockRows(on: Reader, shopId: string, query: ListQuery): Promise<Page<StockRow>> {
  const rows = await on
    .select()
    .from(stockItems)
    .where(
      and(
        eq(stockItems.shopId, shopId),
        afterKey([stockItems.productId], readCursor('stock-levels', query), 'desc'),
      ),
    )
    .orderBy(desc(stockItems.productId))
    .limit(query.limit + 1);
  return toPage('stock-levels', query, rows, (row) => [row.productId]);
}

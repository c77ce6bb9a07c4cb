import { and, arrayContains, asc, desc, eq, gte, type SQL, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { onConflict } from '../../platform/db/constraints.ts';
import { prepared, preparedSql } from '../../platform/db/prepared.ts';
import { recordsJson, rowUpdate } from '../../platform/db/records.ts';
import { platformErrors } from '../../platform/errors.ts';
import { decideSort } from '../../platform/sorting.ts';
import { afterKey, type Page, readCursor, toPage } from '../../platform/http/pagination.ts';
import { catalogueErrors } from './errors.ts';
import {
  type ProductCollection,
  type ProductRow,
  type ProductStatus,
  products,
  stockItems,
} from './tables.ts';

const p = sql.placeholder;

const selectProduct = prepared('select_product', (db) =>
  db
    .select()
    .from(products)
    .where(and(eq(products.shopId, p('shopId')), eq(products.id, p('id')))),
);

/** The product, or `not_found`. */
export async function getProductRow(on: Reader, shopId: string, id: string): Promise<ProductRow> {
  const [row] = await selectProduct(on, { shopId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

const selectProductToLock = prepared('lock_product', (db) =>
  db
    .select()
    .from(products)
    .where(and(eq(products.shopId, p('shopId')), eq(products.id, p('id'))))
    // Two changes of one product: the second waits and sees the first. Orders refer to products without waiting.
    .for('no key update'),
);

/** Locks the product, or `not_found`. */
export async function lockProduct(tx: Tx, shopId: string, id: string): Promise<ProductRow> {
  const [row] = await selectProductToLock(tx, { shopId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

// By products_external_id_key.
const ofExternalIds = and(
  eq(products.shopId, p('shopId')),
  sql`${products.externalId} = any(${p('externalIds')}::text[])`,
);
const selectByExternalIds = prepared('select_products_by_external_id', (db) =>
  db.select().from(products).where(ofExternalIds),
);
const lockByExternalIds = prepared('lock_products_by_external_id', (db) =>
  // In order of id: two bulk upserts that share products wait for each other instead of deadlocking.
  db.select().from(products).where(ofExternalIds).orderBy(products.id).for('no key update'),
);

/** The product of this external id, or `not_found`. */
export async function getProductRowByExternalId(
  on: Reader,
  shopId: string,
  externalId: string,
): Promise<ProductRow> {
  const [row] = await selectByExternalIds(on, { shopId, externalIds: [externalId] });
  if (!row) throw platformErrors.not_found();
  return row;
}

/** Locks the products of these external ids that exist. */
export const lockProductsByExternalId = (
  tx: Tx,
  shopId: string,
  externalIds: readonly string[],
): Promise<ProductRow[]> => lockByExternalIds(tx, { shopId, externalIds });

const insertStatement = preparedSql<{ id: string }>(
  'insert_products',
  // In order of external id: two requests that add the same products wait for each other instead of deadlocking.
  `insert into products select * from jsonb_populate_recordset(null::products, $1) order by external_id
   on conflict on constraint products_external_id_key do nothing returning id`,
);
const updateStatement = rowUpdate('update_products', products);

/** Adds products. Returns the ids of those that were added: another request may have taken an external id. */
export async function insertProducts(tx: Tx, rows: readonly ProductRow[]): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set();
  return new Set((await insertStatement(tx, [recordsJson(products, rows)])).map(({ id }) => id));
}

const externalIdTaken = () =>
  catalogueErrors.product_external_id_taken(undefined, { pointer: '/externalId' });

/** Writes products that are locked, each one version further. */
export async function updateProducts(tx: Tx, rows: readonly ProductRow[]): Promise<void> {
  if (rows.length === 0) return;
  const written = await onConflict(updateStatement(tx, rows), 'products_external_id_key', externalIdTaken);
  if (written.length !== rows.length) throw platformErrors.version_conflict();
}

export interface ProductQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly sort?: string;
  readonly status?: ProductStatus;
  readonly category?: string;
  readonly groupCode?: string;
  readonly collection?: ProductCollection;
  readonly updatedSince?: string;
}

const SORTED = { createdAt: products.createdAt, updatedAt: products.updatedAt, name: products.name };

/** Products of the shop. Each filter and each sort has an index of its name in tables.ts. */
export async function listProductRows(
  on: Reader,
  shopId: string,
  list: string,
  query: ProductQuery,
): Promise<Page<ProductRow>> {
  const sort = decideSort(query, '-createdAt', ['updatedAt', '-updatedAt']);
  const field = sort.replace(/^-/, '') as keyof typeof SORTED;
  const direction = sort.startsWith('-') ? 'desc' : 'asc';
  const order = direction === 'asc' ? asc : desc;
  const columns = [SORTED[field], products.id] as const;
  const rows = await on
    .select()
    .from(products)
    .where(
      and(
        eq(products.shopId, shopId),
        ...filtersOf(query),
        afterKey(columns, readCursor(list, query), direction),
      ),
    )
    .orderBy(...columns.map((column) => order(column)))
    .limit(query.limit + 1);
  return toPage(list, query, rows, (row) => {
    const value = row[field];
    return [typeof value === 'string' ? value : value.toISOString(), row.id];
  });
}

function filtersOf({
  status,
  category,
  groupCode,
  collection,
  updatedSince,
}: ProductQuery): (SQL | undefined)[] {
  return [
    status === undefined ? undefined : eq(products.status, status),
    category === undefined ? undefined : eq(products.category, category),
    groupCode === undefined ? undefined : eq(products.groupCode, groupCode),
    // The first condition is what products_collections_idx holds.
    collection === undefined
      ? undefined
      : and(sql`${products.collections} <> '{}'`, arrayContains(products.collections, [collection])),
    updatedSince === undefined ? undefined : gte(products.updatedAt, new Date(updatedSince)),
  ];
}

const termColumns = {
  id: products.id,
  externalId: products.externalId,
  name: products.name,
  status: products.status,
  groupCode: products.groupCode,
  category: products.category,
  collections: products.collections,
  priceAmount: products.priceAmount,
  costAmount: products.costAmount,
  minimumPriceAmount: products.minimumPriceAmount,
  taxRateBps: products.taxRateBps,
  weightGrams: products.weightGrams,
  lengthMm: products.lengthMm,
  widthMm: products.widthMm,
  heightMm: products.heightMm,
  freightTemplateId: products.freightTemplateId,
  priceBreaks: products.priceBreaks,
  leadTimeDays: products.leadTimeDays,
  minimumOrderQuantity: products.minimumOrderQuantity,
  orderMultiple: products.orderMultiple,
  returnExcludedReason: products.returnExcludedReason,
  version: products.version,
};
const isAsked = and(eq(products.shopId, p('shopId')), sql`${products.id} = any(${p('ids')}::uuid[])`);
const selectTerms = prepared('select_product_terms', (db) =>
  db.select(termColumns).from(products).where(isAsked),
);
const selectSellables = prepared('select_sellables', (db) =>
  db
    .select({ ...termColumns, available: sql<number>`${stockItems.onHand} - ${stockItems.reserved}` })
    .from(products)
    .innerJoin(stockItems, and(eq(stockItems.shopId, products.shopId), eq(stockItems.productId, products.id)))
    .where(isAsked),
);

/** What pricing needs of products, in no order; ids that the shop does not have are left out. */
export const findSellableRows = (on: Reader, shopId: string, ids: readonly string[]) =>
  selectSellables(on, { shopId, ids });

/** The same without what is in stock. */
export const findTermRows = (on: Reader, shopId: string, ids: readonly string[]) =>
  selectTerms(on, { shopId, ids });

/** A product that names a freight template. Along products_freight_template_idx. */
export async function findProductOfTemplate(
  on: Reader,
  shopId: string,
  templateId: string,
): Promise<string | undefined> {
  const [found] = await on
    .select({ id: products.id })
    .from(products)
    .where(and(eq(products.shopId, shopId), eq(products.freightTemplateId, templateId)))
    .limit(1);
  return found?.id;
}

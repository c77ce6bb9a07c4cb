import type { Ctx } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { checkVersion } from '../../platform/versions.ts';
import { catalogueErrors } from './errors.ts';
import {
  getProductRow,
  getProductRowByExternalId,
  listProductRows,
  lockProduct,
  type ProductQuery,
} from './repository.ts';
import { inputOf, type ProductChanges, type WholeProduct } from './rules.ts';
import type { ProductRow } from './tables.ts';
import { type Draft, draftProducts, writeDrafts } from './write.ts';

/**
 * Adds a product with its opening stock and first price; amounts in minor units. Refusals:
 * product_external_id_taken, price_below_minimum, price_breaks_not_falling, reference_price_not_true.
 */
export async function createProduct(ctx: Ctx, { fields, onHandQuantity }: WholeProduct): Promise<ProductRow> {
  return inTransaction(ctx, async (tx) => {
    const drafts = await draftProducts(tx, ctx, [{ current: undefined, input: fields, onHandQuantity }]);
    const draft = acceptOne(drafts);
    const conflicts = await writeDrafts(tx, ctx, [draft]);
    if (conflicts.length > 0)
      throw catalogueErrors.product_external_id_taken(undefined, { pointer: '/externalId' });
    return draft.next;
  });
}

/**
 * Changes a product as JSON merge patch; a new price goes into the price history. Refusals: not_found,
 * version_mismatch and those of createProduct.
 */
export async function updateProduct(ctx: Ctx, id: string, changes: ProductChanges): Promise<ProductRow> {
  return inTransaction(ctx, async (tx) => {
    const current = await lockProduct(tx, ctx.shop.id, id);
    checkVersion(ctx, current);
    const input = inputOf(current, changes);
    const draft = acceptOne(await draftProducts(tx, ctx, [{ current, input, onHandQuantity: undefined }]));
    await writeDrafts(tx, ctx, [draft]);
    return draft.next;
  });
}

/** The one draft, or the problem that it has. */
function acceptOne([draft]: readonly Draft[]): Draft {
  if (!draft) throw new Error('a product was not drafted');
  if (draft.problem) throw draft.problem;
  return draft;
}

/** A product. Refusals: not_found. */
export const getProduct = (ctx: Ctx, id: string): Promise<ProductRow> =>
  getProductRow(ctx.db, ctx.shop.id, id);

/** A product by the id of the caller's own system. Refusals: not_found. */
export const getProductByExternalId = (ctx: Ctx, externalId: string): Promise<ProductRow> =>
  getProductRowByExternalId(ctx.db, ctx.shop.id, externalId);

/** Products of the shop, also those that are not on sale. */
export const listProducts = (ctx: Ctx, query: ProductQuery): Promise<Page<ProductRow>> =>
  listProductRows(ctx.db, ctx.shop.id, 'products', query);

import type { Ctx } from '../../../platform/context.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { getProductRow, listProductRows, type ProductQuery } from '../repository.ts';
import { findStockRows, getStockRow } from '../stock/repository.ts';
import type { ProductRow } from '../tables.ts';

/** A product on sale, and whether any of it is left. */
export interface Offered {
  readonly product: ProductRow;
  readonly inStock: boolean;
}

/** The products on sale, as customers see them. */
export async function listCatalogueProducts(
  ctx: Ctx,
  query: Omit<ProductQuery, 'status' | 'updatedSince'>,
): Promise<Page<Offered>> {
  const onSale = { ...query, status: 'active' } as const;
  const { rows, nextCursor } = await listProductRows(ctx.db, ctx.shop.id, 'catalogue-products', onSale);
  const levels = await findStockRows(
    ctx.db,
    ctx.shop.id,
    rows.map(({ id }) => id),
  );
  const inStock = (id: string) => isLeft(levels.get(id));
  return { rows: rows.map((product) => ({ product, inStock: inStock(product.id) })), nextCursor };
}

/** A product on sale. Refusals: not_found, also when it is not on sale. */
export async function getCatalogueProduct(ctx: Ctx, id: string): Promise<Offered> {
  const product = await getProductRow(ctx.db, ctx.shop.id, id);
  if (product.status !== 'active') throw platformErrors.not_found();
  return { product, inStock: isLeft(await getStockRow(ctx.db, ctx.shop.id, id)) };
}

const isLeft = (level: { onHand: number; reserved: number } | undefined): boolean =>
  level !== undefined && level.onHand > level.reserved;

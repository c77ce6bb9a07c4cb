import type { Ctx } from '../../../platform/context.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { catalogueErrors } from '../errors.ts';
import { getProductRow } from '../repository.ts';
import type { PriceRow } from '../tables.ts';
import { findPriceInForce, findPricesAt, insertMissingPrices, listPriceRows } from './repository.ts';
import { findContradiction, findLatePastPrice, type PastPrice } from './rules.ts';

/** The prices of a product, newest first. Refusals: not_found. */
export async function listProductPrices(
  ctx: Ctx,
  productId: string,
  query: { readonly limit: number; readonly cursor?: string },
): Promise<Page<PriceRow>> {
  await getProductRow(ctx.db, ctx.shop.id, productId);
  return listPriceRows(ctx.db, ctx.shop.id, productId, query);
}

/** The price of a product that was in force at a moment. Refusals: not_found, no_price_then. */
export async function getProductPriceAt(ctx: Ctx, productId: string, at: Date): Promise<PriceRow> {
  const price = await findPriceInForce(ctx.db, ctx.shop.id, productId, at);
  if (price) return price;
  await getProductRow(ctx.db, ctx.shop.id, productId);
  throw catalogueErrors.no_price_then();
}

/**
 * Records prices that were in force before the product came here; amounts in minor units. A moment that is
 * recorded with the same price is left as it is. Refusals: not_found, past_price_too_late, past_price_differs.
 */
export async function recordPastPrices(
  ctx: Ctx,
  productId: string,
  prices: readonly PastPrice[],
): Promise<{ recorded: number; known: number }> {
  return inTransaction(ctx, async (tx) => {
    const product = await getProductRow(tx, ctx.shop.id, productId);
    const late = findLatePastPrice(prices, product.createdAt);
    if (late) throw late;
    const rows = prices.map(
      ({ amount, effectiveAt }): PriceRow => ({
        shopId: ctx.shop.id,
        productId,
        effectiveAt,
        amount,
        source: 'imported',
        actorKind: ctx.actor.kind,
        actorId: ctx.actor.id,
      }),
    );
    const recorded = await insertMissingPrices(tx, rows);
    const moments = prices.map(({ effectiveAt }) => effectiveAt);
    const contradiction = findContradiction(prices, await findPricesAt(tx, ctx.shop.id, productId, moments));
    if (contradiction) throw contradiction;
    return { recorded, known: prices.length - recorded };
  });
}

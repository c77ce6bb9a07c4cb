import type { Ctx } from '../../platform/context.ts';
import { findSellables, type Sellable } from '../catalogue/sellables.ts';
import { type Basket, type BasketLine, priceLines, productIdsOf } from './basket.ts';
import { type OrderPromise, orderPromises } from './ports.ts';
import { holdQuote } from './quote-token.ts';
import { ordersSettings } from './settings.ts';

export interface Quote {
  readonly basket: Basket<Sellable>;
  readonly token: string;
  readonly expiresAt: Date;
  /** What an order placed now is promised. */
  readonly promises: readonly OrderPromise[];
}

/** Prices a basket and writes nothing. The token holds the prices for some minutes of real time. */
export async function quoteBasket(
  ctx: Ctx,
  input: { lines: readonly BasketLine[]; customerId?: string | null },
): Promise<Quote> {
  const [products, promises] = await Promise.all([
    findSellables(ctx.db, ctx.shop.id, productIdsOf(input.lines)),
    orderPromises.get().find(ctx.db, ctx.shop.id, ctx.now),
  ]);
  const basket = priceLines(ctx, products, input.lines);
  const minutes = ordersSettings.of(ctx.shop).quoteHoldMinutes;
  const held = holdQuote(ctx, input.lines, ctx.customerId ?? input.customerId ?? null, basket.held, minutes);
  return { basket, promises, ...held };
}

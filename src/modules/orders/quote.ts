import type { Ctx } from '../../platform/context.ts';
import { type Basket, type BasketLine, loadBasket } from './basket.ts';
import { holdQuote } from './quote-token.ts';
import { ordersSettings } from './settings.ts';

export interface Quote {
  readonly basket: Basket;
  readonly token: string;
  readonly expiresAt: Date;
}

/** Prices a basket and writes nothing. The token holds the prices for some minutes of real time. */
export async function quoteBasket(
  ctx: Ctx,
  input: { lines: readonly BasketLine[]; customerId?: string | null },
): Promise<Quote> {
  const basket = await loadBasket(ctx.db, ctx, input.lines);
  const minutes = ordersSettings.of(ctx.shop).quoteHoldMinutes;
  const held = holdQuote(ctx, input.lines, ctx.customerId ?? input.customerId ?? null, basket.held, minutes);
  return { basket, ...held };
}

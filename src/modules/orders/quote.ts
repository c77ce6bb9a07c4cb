import type { Ctx } from '../../platform/context.ts';
import type { ExpectedDelivery } from '../calendar/lead-rules.ts';
import { loadCalendar } from '../calendar/load.ts';
import { findSellables, type Sellable } from '../catalogue/sellables.ts';
import { type Basket, type BasketLine, priceLines, productIdsOf } from './basket.ts';
import { deliveryOf } from './delivery.ts';
import type { Place } from '../shipping/freight/destination.ts';
import { type OrderPromise, orderPromises } from './ports.ts';
import { readFacts } from './freight.ts';
import { holdQuote } from './quote-token.ts';
import { ordersSettings } from './settings.ts';

export interface Quote {
  readonly basket: Basket<Sellable>;
  readonly token: string;
  readonly expiresAt: Date;
  /** What an order placed now is promised. */
  readonly promises: readonly OrderPromise[];
  /** When it would leave and arrive; null when that is beyond all calendars. */
  readonly delivery: ExpectedDelivery | null;
}

/** Prices a basket and writes nothing. The token holds the prices for some minutes of real time. */
export async function quoteBasket(
  ctx: Ctx,
  input: { lines: readonly BasketLine[]; customerId?: string | null; destination?: Place },
): Promise<Quote> {
  const [products, promises, calendar] = await Promise.all([
    findSellables(ctx.db, ctx.shop.id, productIdsOf(input.lines)),
    orderPromises.get().find(ctx.db, ctx.shop.id, ctx.now),
    loadCalendar(ctx.db, ctx.shop),
  ]);
  const { destination } = input;
  const facts = await readFacts(ctx, products, destination, '/destination');
  const basket = priceLines(ctx, products, input.lines, facts);
  const minutes = ordersSettings.of(ctx.shop).quoteHoldMinutes;
  const customerId = ctx.customerId ?? input.customerId ?? null;
  const held = holdQuote(ctx, input.lines, customerId, destination, basket.held, minutes);
  return { basket, promises, delivery: deliveryOf(ctx, calendar, products), ...held };
}

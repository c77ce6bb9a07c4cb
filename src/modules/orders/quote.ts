import type { Ctx } from '../../platform/context.ts';
import type { ExpectedDelivery } from '../calendar/lead-rules.ts';
import { loadCalendar } from '../calendar/load.ts';
import { findSellables, type Sellable } from '../catalogue/sellables.ts';
import { type Basket, type BasketLine, priceLines, pricesToHold, productIdsOf } from './basket.ts';
import { appliedOf, openedBy, readCoupons } from './order-coupons.ts';
import { deliveryOf } from './delivery.ts';
import { optionsFor, transitOf, waysOf } from './delivery-options.ts';
import type { Place } from '../shipping/freight/destination.ts';
import type { DeliveryOptions } from '../shipping/options/list.ts';
import type { Ranking } from '../shipping/options/rules.ts';
import { type CouponOutcome, isResolved } from '../campaigns/coupons/resolve.ts';
import { estimatePoints, type PointsEstimate } from '../loyalty/estimate.ts';
import { buyerIdOf, checkNamed, readCampaignTerms } from '../campaigns/terms.ts';
import { type OrderPromise, orderPromises } from './ports.ts';
import { readFacts } from './freight.ts';
import { requestIdsOf } from './logo-requests/line-rules.ts';
import { readLogos } from './logo-requests/take.ts';
import { basketOf, holdQuote } from './quote-token.ts';
import { ordersSettings } from './settings.ts';

export interface Quote {
  readonly basket: Basket<Sellable>;
  /** What the codes that were given do. */
  readonly coupons: readonly CouponOutcome[];
  readonly token: string;
  readonly expiresAt: Date;
  /** What an order placed now is promised. */
  readonly promises: readonly OrderPromise[];
  /** When it would leave and arrive; null when that is beyond all calendars. */
  readonly delivery: ExpectedDelivery | null;
  /** The ways to send it; undefined while that cannot be told. */
  readonly options: DeliveryOptions | undefined;
  /** What it would earn; undefined where there is no loyalty programme. */
  readonly points: PointsEstimate | undefined;
}

/** What an order of a basket would earn. */
const estimateOf = (ctx: Ctx, customerId: string | null, { priced, campaigns }: Basket<Sellable>) =>
  estimatePoints(ctx, {
    customerId,
    campaignMultiplierBps: campaigns.outcome.pointsMultiplierBps,
    lines: priced.lines.map(({ product, quantity, netAmount, giftOf }) => ({
      productId: product.id,
      category: product.category,
      quantity,
      amount: netAmount,
      isGift: giftOf !== null,
    })),
  });

interface QuoteInput {
  readonly lines: readonly BasketLine[];
  readonly customerId?: string | null;
  readonly destination?: Place;
  /** Where the order will be placed. */
  readonly channel: string;
  readonly couponCodes?: readonly string[];
  /** By what the ways to send it are ranked. */
  readonly rankDeliveryBy?: Ranking;
}

/** Prices a basket and writes nothing. The token holds the prices for some minutes of real time. */
export async function quoteBasket(ctx: Ctx, input: QuoteInput): Promise<Quote> {
  const customerId = buyerIdOf(ctx, input.customerId);
  const [products, promises, calendar, requests, coupons] = await Promise.all([
    findSellables(ctx.db, ctx.shop.id, productIdsOf(input.lines)),
    orderPromises.get().find(ctx.db, ctx.shop.id, ctx.now),
    loadCalendar(ctx.db, ctx.shop),
    readLogos(ctx.db, ctx.shop.id, requestIdsOf(input.lines)),
    readCoupons(ctx, input.couponCodes, customerId, input.channel),
    checkNamed(ctx, customerId),
  ]);
  const usable = coupons.filter(isResolved);
  const { destination } = input;
  const [freight, campaigns] = await Promise.all([
    readFacts(ctx, products, destination, '/destination'),
    readCampaignTerms(ctx, products, input.lines, {
      customerId,
      channel: input.channel,
      country: destination?.country ?? null,
      coupons: openedBy(usable),
    }),
  ]);
  const logos = { requests, customerId };
  const basket = priceLines(ctx, products, input.lines, { freight, logos, campaigns });
  const minutes = ordersSettings.of(ctx.shop).quoteHoldMinutes;
  const leavesOn = deliveryOf(ctx, calendar, basket.priced.lines)?.dispatchOn;
  const options = await optionsFor(ctx, calendar, basket.priced.lines, {
    destination,
    rankBy: input.rankDeliveryBy ?? 'cost',
    leavesOn,
    key: `${customerId ?? ''}/${basketOf(input.lines)}`,
  });
  const delivery = deliveryOf(
    ctx,
    calendar,
    basket.priced.lines,
    transitOf(options?.options[0]?.option.expected),
  );
  const held = holdQuote(
    ctx,
    input.lines,
    customerId,
    { place: destination, channel: input.channel },
    { ...pricesToHold(basket), ways: waysOf(leavesOn, options), coupons: appliedOf(basket, usable) },
    minutes,
  );
  const points = await estimateOf(ctx, customerId, basket);
  return { basket, coupons, promises, delivery, options, points, ...held };
}

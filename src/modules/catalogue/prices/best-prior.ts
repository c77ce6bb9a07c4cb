import type { Ctx } from '../../../platform/context.ts';
import type { Reader } from '../../../platform/db/client.ts';
import type { Problem } from '../../../platform/errors.ts';
import type { Shop } from '../../../platform/shops/shop.ts';
import { minOf } from '../../../platform/money.ts';
import { dealPrices, promotionPrices } from '../ports.ts';
import { getProductRow } from '../repository.ts';
import { catalogueSettings } from '../settings.ts';
import { findLowestOffered } from './repository.ts';
import {
  claimsReduction,
  decideChargedPrice,
  decideOfferedPrice,
  findReferenceFault,
  type Market,
  marketOf,
  type PriorPrice,
  windowStart,
} from './rules.ts';

interface Moment {
  readonly productId: string;
  readonly at: Date;
}

/** The best price of a product before a moment, as the market's law counts it. Refusals: not_found. */
export async function getBestPriorPrice(
  ctx: Ctx,
  productId: string,
  market: Market,
  at: Date = ctx.now,
): Promise<PriorPrice & Moment> {
  await getProductRow(ctx.db, ctx.shop.id, productId);
  const found = await findBestPriorPrices(ctx.db, ctx.shop, market, [{ productId, at }]);
  return { ...found(productId), productId, at };
}

/** The best prior price of each product before its moment. A product is named once. */
async function findBestPriorPrices(
  on: Reader,
  shop: Shop,
  market: Market,
  moments: readonly Moment[],
): Promise<(productId: string) => PriorPrice> {
  const { priorPriceDaysCn, priorPriceDaysEu } = catalogueSettings.of(shop);
  if (market === 'CN') {
    const charged = await Promise.all(
      moments.map(
        async (moment) =>
          [moment.productId, await findCharged(on, shop.id, moment, priorPriceDaysCn)] as const,
      ),
    );
    const byProduct = new Map(charged);
    return (productId) =>
      byProduct.get(productId) ?? decideChargedPrice(priorPriceDaysCn, undefined, undefined);
  }
  const windows = moments.map(({ productId, at }) => ({
    productId,
    opensAt: windowStart(at, priorPriceDaysEu),
    closesAt: at,
  }));
  const [listed, promoted] = await Promise.all([
    findLowestOffered(on, shop.id, windows),
    promotionPrices.get().findLowestOffered(on, shop, windows),
  ]);
  return (productId) => {
    const [list, promotion] = [listed.get(productId), promoted.get(productId)];
    const lowest = list === undefined || promotion === undefined ? list : minOf(list, promotion);
    return decideOfferedPrice(priorPriceDaysEu, lowest);
  };
}

async function findCharged(
  on: Reader,
  shopId: string,
  { productId, at }: Moment,
  days: number,
): Promise<PriorPrice> {
  const deals = dealPrices.get();
  const lowest = await deals.findLowestUnitPrice(on, shopId, productId, windowStart(at, days), at);
  if (lowest !== undefined) return decideChargedPrice(days, lowest, undefined);
  const last = await deals.findLastUnitPrice(on, shopId, productId, at);
  return decideChargedPrice(days, undefined, last?.amount);
}

interface Claim {
  readonly id: string;
  readonly priceAmount: bigint;
  readonly referenceAmount: bigint | null;
  /** Since when the price is in force: what it is compared with lies before. */
  readonly priceEffectiveAt: Date;
}

/**
 * What is untrue about the crossed-out prices of products, by product id: `reference_price_not_true`. Only shops
 * whose country profile has a rule are checked. The crossed-out price belongs to the price beside it, so the
 * window ends where that price began.
 */
export async function findReferenceFaults(
  on: Reader,
  shop: Shop,
  products: readonly Claim[],
): Promise<ReadonlyMap<string, Problem>> {
  const market = marketOf(shop.countryProfile);
  const claims = products.filter(claimsReduction);
  if (market === undefined || claims.length === 0) return new Map();
  const moments = claims.map(({ id, priceEffectiveAt }) => ({ productId: id, at: priceEffectiveAt }));
  const priorOf = await findBestPriorPrices(on, shop, market, moments);
  return new Map(
    claims.flatMap(({ id, referenceAmount }) => {
      const fault = referenceAmount === null ? undefined : findReferenceFault(referenceAmount, priorOf(id));
      return fault ? [[id, fault]] : [];
    }),
  );
}

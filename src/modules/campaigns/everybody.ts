import type { Ctx } from '../../platform/context.ts';
import type { Reader } from '../../platform/db/client.ts';
import { findSellables } from '../catalogue/sellables.ts';
import { priceCampaigns } from './engine/evaluate.ts';
import { shelve } from './engine/shelf.ts';
import { readEntryItems } from './entry-items/left.ts';
import { isFlashSale, isForEverybody } from './everybody-rules.ts';
import { loadCampaigns } from './load.ts';
import { factsOf, itemOf } from './terms.ts';
import { findLimitsLeft } from './usage/repository.ts';
import { hasLimits } from './usage/rules.ts';

/** Where something is bought, and how many pieces of it count for ladders. */
interface Asked {
  readonly productId: string;
  readonly channel: string;
  readonly country: string | null;
  readonly quantity: number;
  /** Also the prices of flash sales. */
  readonly withFlashSales: boolean;
}

/** What a piece costs everybody, in minor units; undefined for a product that the shop does not have. */
export type EverybodysPrices = (asked: Asked) => bigint | undefined;

const NO_FREIGHT = { amountFor: () => 0n, isFixed: true };
const NO_GIFTS = new Map();
const keyOf = (asked: Asked): string =>
  [asked.productId, asked.channel, asked.country, asked.quantity, asked.withFlashSales].join('/');

/**
 * What one piece of products costs now whoever buys it: the list price, less what the function that prices orders takes off it by
 * ladders and by the campaigns that ask nothing of the buyer, while something is left of them. Gifts are no price, and are not given.
 * Two statements, and one each for limits and entry items; each price is computed once.
 */
export async function readEverybodysPrices(
  on: Reader,
  ctx: Ctx,
  productIds: readonly string[],
): Promise<EverybodysPrices> {
  const { shop, now } = ctx;
  const [products, { shelf, entryItems: marks }] = await Promise.all([
    findSellables(on, shop.id, productIds),
    loadCampaigns(on, shop.id),
  ]);
  const open = shelf.campaigns.filter(isForEverybody);
  const limited = open.filter(hasLimits);
  const [left, entryItems] = await Promise.all([
    findLimitsLeft(on, shop.id, limited, null, { timezone: shop.timezone, now }),
    readEntryItems(on, shop.id, marks, productIds, now),
  ]);
  const [whole, usual] = [shelve(open), shelve(open.filter((campaign) => !isFlashSale(campaign)))];
  const byId = new Map(products.map((product) => [product.id, product]));
  const known = new Map<string, bigint>();
  const priceOf = (asked: Asked): bigint | undefined => {
    const product = byId.get(asked.productId);
    if (!product) return undefined;
    const buyer = { customerId: null, coupons: new Map(), channel: asked.channel, country: asked.country };
    const facts = { ...factsOf(ctx, buyer, NO_GIFTS), left };
    const item = itemOf(product, 1, product.priceAmount, entryItems);
    const basket = [{ ...item, keptQuantity: Math.max(0, asked.quantity - 1) }];
    const { discounts } = priceCampaigns(basket, facts, asked.withFlashSales ? whole : usual, NO_FREIGHT);
    return (discounts[0] ?? []).reduce((rest, { amount }) => rest - amount, product.priceAmount);
  };
  return (asked) => {
    const amount = known.get(keyOf(asked)) ?? priceOf(asked);
    if (amount !== undefined) known.set(keyOf(asked), amount);
    return amount;
  };
}

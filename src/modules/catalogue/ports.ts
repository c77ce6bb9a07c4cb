import type { Reader, Tx } from '../../platform/db/client.ts';
import type { Shop } from '../../platform/shops/shop.ts';
import { definePort } from '../../platform/ports.ts';

/** What was really paid for a product, which only orders know. Amounts are net, per unit, in minor units. */
export interface DealPrices {
  /** The lowest price charged from `from` up to, but not at, `to`. */
  findLowestUnitPrice(
    on: Reader,
    shopId: string,
    productId: string,
    from: Date,
    to: Date,
  ): Promise<bigint | undefined>;
  /** The last price charged before a moment. */
  findLastUnitPrice(
    on: Reader,
    shopId: string,
    productId: string,
    before: Date,
  ): Promise<{ amount: bigint; at: Date } | undefined>;
}

export const dealPrices = definePort<DealPrices>('catalogue.dealPrices');

/** The freight templates, which only shipping knows. */
export interface FreightTemplates {
  /** Of these, those that a product may name. They stay usable until the transaction ends. */
  holdUsable(tx: Tx, shopId: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
}

export const freightTemplates = definePort<FreightTemplates>('catalogue.freightTemplates');

/** A time in which prices are looked for: from `opensAt` up to, but not at, `closesAt`. */
export interface PriceWindow {
  readonly productId: string;
  readonly opensAt: Date;
  readonly closesAt: Date;
}

/** What campaigns made of prices, which only they know. */
export interface PromotionPrices {
  /** The lowest price that everybody was offered in each window by a campaign, by product; absent where there was none. */
  findLowestOffered(
    on: Reader,
    shop: Shop,
    windows: readonly PriceWindow[],
  ): Promise<ReadonlyMap<string, bigint>>;
}

export const promotionPrices = definePort<PromotionPrices>('catalogue.promotionPrices');

import type { PromotionPrices } from '../catalogue/ports.ts';
import { listOfferedPrices } from '../catalogue/prices/offered.ts';
import { findSellables } from '../catalogue/sellables.ts';
import { lowestOffered } from './prior-price-rules.ts';
import { findPastCampaigns } from './prior-prices-repository.ts';
import { factsOf, itemOf } from './terms.ts';

// Somebody whom the shop knows: for a guest there is nothing of which each may have so much. Which customer does not matter.
const ANYBODY = {
  customerId: '00000000-0000-0000-0000-000000000000',
  coupons: new Map(),
  channel: '',
  country: null,
};

/**
 * What campaigns that were offered to all made of prices, for the best prior price: computed when it is asked for, from what campaigns said and when
 * they were there, so that there is no second history that could say something else.
 */
export const campaignPriorPrices: PromotionPrices = {
  async findLowestOffered(on, shop, windows) {
    const times = windows.flatMap(({ opensAt, closesAt }) => [opensAt.getTime(), closesAt.getTime()]);
    if (times.length === 0) return new Map();
    const from = new Date(times.reduce((a, b) => Math.min(a, b)));
    const to = new Date(times.reduce((a, b) => Math.max(a, b)));
    const campaigns = await findPastCampaigns(on, shop.id, from, to);
    if (campaigns.length === 0) return new Map();
    const [products, prices] = await Promise.all([
      findSellables(
        on,
        shop.id,
        windows.map(({ productId }) => productId),
      ),
      listOfferedPrices(on, shop.id, windows),
    ]);
    const facts = factsOf({ shop, now: to }, ANYBODY, new Map());
    const byId = new Map(windows.map((window) => [window.productId, window]));
    return new Map(
      products.flatMap((product) => {
        const window = byId.get(product.id);
        if (!window) return [];
        const past = { ...window, prices: prices.get(product.id) ?? [] };
        const itemAt = (listed: bigint) => itemOf({ ...product, priceBreaks: [] }, 1, listed, new Map());
        const lowest = lowestOffered(itemAt, past, campaigns, facts);
        return lowest === undefined ? [] : [[product.id, lowest] as const];
      }),
    );
  },
};

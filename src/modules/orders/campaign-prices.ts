import type { Ctx } from '../../platform/context.ts';
import { type PricingOutcome, priceCampaigns } from '../campaigns/engine/evaluate.ts';
import type { FreightQuote } from '../campaigns/engine/facts.ts';
import type { EntryLoss } from '../campaigns/entry-items/mark-rules.ts';
import { type CampaignTerms, itemOf } from '../campaigns/terms.ts';
import type { ProductTerms } from '../catalogue/sellables.ts';
import type { GoodsLine } from './basket.ts';
import type { WantedUse } from '../campaigns/usage/rules.ts';
import { usesOf } from './campaign-uses.ts';
import { lossesOf } from './entry-losses.ts';
import type { Adjustment } from './rules.ts';

/** What campaigns do for a basket: what the pricing function says, or what a quote held of it; and what an order takes of them then. */
export interface CampaignPrices {
  readonly outcome: PricingOutcome;
  readonly uses: readonly WantedUse[];
  /** What entry items lose by it. */
  readonly losses: readonly EntryLoss[];
}

/** Asks the pricing function; freight is that of the goods at what they cost then, with their logos. */
export function priceByCampaigns<P extends ProductTerms>(
  ctx: Ctx,
  goods: readonly GoodsLine<P>[],
  { shelf, facts, entryItems, coupons }: CampaignTerms<P>,
  freight: FreightQuote,
): CampaignPrices {
  const items = goods.map(({ product, quantity, listUnitAmount }) =>
    itemOf(product, quantity, listUnitAmount, entryItems),
  );
  const outcome = priceCampaigns(items, facts, shelf, freight);
  return {
    outcome,
    uses: usesOf(ctx, outcome, shelf, coupons),
    losses: lossesOf(outcome, entryItems),
  };
}

/** The lines with what campaigns and ladders take off them. */
export function withCampaigns<P extends ProductTerms>(
  goods: readonly GoodsLine<P>[],
  { outcome: { discounts, effects, trace } }: CampaignPrices,
): GoodsLine<P>[] {
  const byId = new Map(effects.map((effect) => [effect.campaignId, effect]));
  const flashSales = new Set(
    trace.applied.flatMap(({ mechanic, campaignId }) =>
      mechanic === 'flash_sale' && campaignId !== null ? [campaignId] : [],
    ),
  );
  return goods.map((line, index) => {
    const own = discounts[index] ?? [];
    const rung = own.find((discount) => discount.campaignId === null)?.rung;
    return {
      ...line,
      appliedBreak: rung ?? null,
      isFlashSale: own.some(({ campaignId }) => campaignId !== null && flashSales.has(campaignId)),
      adjustments: own.map(({ campaignId, amount, rung: reached }): Adjustment => {
        const effect = campaignId === null ? undefined : byId.get(campaignId);
        if (!effect) {
          const reason = `The price from ${reached?.minimumQuantity ?? 0} pieces on`;
          return { kind: 'quantity_break', reason, amount };
        }
        const { campaignVersion, name } = effect;
        return { kind: 'campaign', reason: name, amount, campaignId: effect.campaignId, campaignVersion };
      }),
    };
  });
}

/** What is given away, as lines at price 0. */
export const giftLines = <P extends ProductTerms>(
  { outcome: { effects } }: CampaignPrices,
  products: ReadonlyMap<string, P>,
): GoodsLine<P>[] =>
  effects.flatMap(({ campaignId, gifts }) =>
    gifts.flatMap(({ productId, quantity }) => {
      const product = products.get(productId);
      if (!product) return [];
      return [
        {
          product,
          appliedBreak: null,
          logo: null,
          logoAmount: 0n,
          quantity,
          listUnitAmount: 0n,
          taxRateBps: product.taxRateBps,
          adjustments: [],
          giftOf: campaignId,
          isFlashSale: false,
        },
      ];
    }),
  );

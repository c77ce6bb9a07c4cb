import type { Ctx } from '../../platform/context.ts';
import { campaignsSettings } from './settings.ts';
import type { BasketItem, Campaign, EntryItem, GiftProduct, PricingFacts } from './engine/facts.ts';
import { findConcerned, type Shelf } from './engine/shelf.ts';
import { loadCampaigns, recallCampaigns, type ShopCampaigns } from './load.ts';
import { mechanicOf } from './mechanics.ts';
import { readLimitsLeft } from './usage/left.ts';
import { needsReading } from './usage/rules.ts';
import { wasUsedUp } from './usage/take.ts';
import { catalogueSettings } from '../catalogue/settings.ts';
import { findSellables, type ProductTerms, recallTerms, type Sellable } from '../catalogue/sellables.ts';
import { hasBought } from '../customers/purchases.ts';
import { findMemberships } from '../segments/members.ts';

/** What a line of a basket asks for. */
interface WantedLine {
  readonly productId: string;
  readonly quantity: number;
}

/** What campaigns are priced with. */
export interface CampaignTerms<P extends ProductTerms> {
  readonly shelf: Shelf;
  readonly facts: PricingFacts;
  readonly entryItems: ReadonlyMap<string, EntryItem>;
  /** By which coupon each campaign was opened. */
  readonly coupons: ReadonlyMap<string, string>;
  /** The products that may be given away. */
  readonly products: ReadonlyMap<string, P>;
}

/** A line as campaigns see it: the goods, without a logo on them. */
export const itemOf = (
  product: ProductTerms,
  quantity: number,
  listUnitAmount: bigint,
  entryItems: ReadonlyMap<string, EntryItem>,
): BasketItem => {
  const entry = entryItems.get(product.id);
  return {
    productId: product.id,
    category: product.category,
    collections: product.collections,
    quantity,
    listUnitAmount,
    minimumPriceAmount: product.minimumPriceAmount,
    costAmount: product.costAmount,
    priceBreaks: product.priceBreaks.map(({ minimumQuantity, unitAmount }) => ({
      minimumQuantity,
      unitAmount: BigInt(unitAmount),
    })),
    ...(entry && { entry }),
  };
};

/** Whom and where a basket is for. */
export interface BasketBuyer {
  readonly customerId: string | null;
  readonly channel: string;
  readonly country: string | null;
  /** The campaigns that coupons open, each by which one. */
  readonly coupons: ReadonlyMap<string, string>;
  /** For a dry run: other campaigns than those that run. */
  readonly tried?: ((known: ShopCampaigns) => ShopCampaigns) | undefined;
  /** Products that a quote promised as gifts. */
  readonly heldGiftIds?: readonly string[];
}

/** Terms and the campaigns that they are of: an order makes sure that these are still the same. */
export type KnownCampaignTerms<P extends ProductTerms> = CampaignTerms<P> & { readonly known: ShopCampaigns };

const NO_ENTRIES: ReadonlyMap<string, EntryItem> = new Map();

interface Concern {
  readonly campaigns: readonly Campaign[];
  readonly giftIds: readonly string[];
}

/** The campaigns that concern the goods, and what they may give away. */
function concernOf(
  known: ShopCampaigns,
  products: readonly ProductTerms[],
  lines: readonly WantedLine[],
  { heldGiftIds = [] }: BasketBuyer,
): Concern {
  const byId = new Map(products.map((product) => [product.id, product]));
  const items = lines.flatMap((line): BasketItem[] => {
    const product = byId.get(line.productId);
    if (!product) return [];
    return [itemOf(product, line.quantity, product.priceAmount, NO_ENTRIES)];
  });
  const campaigns = [...findConcerned(known.shelf, items).keys()].flatMap(
    (at) => known.shelf.campaigns[at] ?? [],
  );
  const giftIds = campaigns.flatMap(
    ({ rule }) => mechanicOf(rule.mechanic.type).giftIdsOf?.(rule.mechanic) ?? [],
  );
  return { campaigns, giftIds: [...new Set([...giftIds, ...heldGiftIds])] };
}

const factsOf = (
  ctx: Ctx,
  { customerId, channel, country, coupons }: BasketBuyer,
  gifts: PricingFacts['gifts'],
): PricingFacts => {
  const { pointsCostBps, ladderCombinesWith } = campaignsSettings.of(ctx.shop);
  return {
    now: ctx.now,
    timezone: ctx.shop.timezone,
    channel,
    country,
    buyer: customerId === null ? null : { customerId, segmentIds: new Set(), hasOrdered: false },
    openedByCoupon: new Set(coupons.keys()),
    left: new Map(),
    gifts,
    minimumMarginBps: catalogueSettings.of(ctx.shop).minimumMarginBps,
    pointsCostBps,
    ladderCombinesWith,
  };
};

const giftOf = (product: ProductTerms, availableQuantity: number): GiftProduct => ({
  productId: product.id,
  name: product.name,
  priceAmount: product.priceAmount,
  costAmount: product.costAmount,
  availableQuantity: product.status === 'active' ? availableQuantity : 0,
});

/**
 * By what this process remembers, without a question to the database; undefined where something has to be asked: who is in which segment,
 * what a customer has used already, what is left of something that had nothing left. Limits and stock are taken as if there were enough:
 * the statement that places the order makes sure.
 */
export function recallCampaignTerms(
  ctx: Ctx,
  products: readonly ProductTerms[],
  lines: readonly WantedLine[],
  buyer: BasketBuyer,
): KnownCampaignTerms<ProductTerms> | undefined {
  const known = recallCampaigns(ctx.shop.id);
  if (!known || known.entryItems.size > 0 || buyer.coupons.size > 0) return undefined;
  const { campaigns, giftIds } = concernOf(known, products, lines, buyer);
  const isOpen = (campaign: Campaign) =>
    needsReading(campaign, buyer.customerId) || wasUsedUp(ctx.shop.id, campaign.id);
  if (campaigns.some(isOpen)) return undefined;
  const gifts = recallTerms(ctx.shop.id, giftIds);
  if (!gifts) return undefined;
  const facts = factsOf(
    ctx,
    buyer,
    new Map(gifts.map((one) => [one.id, giftOf(one, Number.MAX_SAFE_INTEGER)])),
  );
  return {
    known,
    shelf: known.shelf,
    entryItems: known.entryItems,
    coupons: buyer.coupons,
    facts,
    products: new Map(gifts.map((one) => [one.id, one])),
  };
}

/** The same as everything is now. */
export async function readCampaignTerms(
  ctx: Ctx,
  products: readonly ProductTerms[],
  lines: readonly WantedLine[],
  buyer: BasketBuyer,
): Promise<KnownCampaignTerms<Sellable>> {
  const { db, shop } = ctx;
  const loaded = await loadCampaigns(db, shop.id);
  const known = buyer.tried?.(loaded) ?? loaded;
  const { campaigns, giftIds } = concernOf(known, products, lines, buyer);
  const { customerId } = buyer;
  const [gifts, left, segmentIds, hasOrdered] = await Promise.all([
    giftIds.length === 0 ? [] : findSellables(db, shop.id, giftIds),
    readLimitsLeft(ctx, campaigns, customerId),
    readSegments(ctx, campaigns, customerId),
    customerId !== null && campaigns.some(({ rule }) => rule.isFirstOrderOnly)
      ? hasBought(db, shop.id, customerId)
      : false,
  ]);
  const ordered = new Map<string, number>();
  for (const { productId, quantity } of lines)
    ordered.set(productId, (ordered.get(productId) ?? 0) + quantity);
  const facts = factsOf(
    ctx,
    buyer,
    new Map(gifts.map((one) => [one.id, giftOf(one, one.available - (ordered.get(one.id) ?? 0))])),
  );
  return {
    known,
    shelf: known.shelf,
    entryItems: known.entryItems,
    coupons: buyer.coupons,
    facts: { ...facts, left, buyer: customerId === null ? null : { customerId, segmentIds, hasOrdered } },
    products: new Map(gifts.map((one) => [one.id, one])),
  };
}

/** In which of the segments that campaigns name a customer is. */
async function readSegments(
  { db, shop, now }: Ctx,
  campaigns: readonly Campaign[],
  customerId: string | null,
): Promise<ReadonlySet<string>> {
  const named = new Set(campaigns.flatMap(({ rule }) => [...rule.segmentIds, ...rule.excludedSegmentIds]));
  if (customerId === null || named.size === 0) return new Set();
  const [found] = await findMemberships(db, shop.id, [...named], [{ customerId, at: now }]);
  return found ?? new Set();
}

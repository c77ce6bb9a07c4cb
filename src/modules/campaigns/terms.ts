import type { Ctx } from '../../platform/context.ts';
import { campaignErrors } from './errors.ts';
import { campaignsSettings } from './settings.ts';
import type { BasketItem, Campaign, EntryItem, GiftProduct, PricingFacts } from './engine/facts.ts';
import { findConcerned, type Shelf } from './engine/shelf.ts';
import { readEntryItems } from './entry-items/left.ts';
import { type MarkedItem, openMarks } from './entry-items/mark-rules.ts';
import { loadCampaigns, recallCampaigns, type ShopCampaigns } from './load.ts';
import { mechanicOf } from './mechanics.ts';
import { readLimitsLeft } from './usage/left.ts';
import { needsReading } from './usage/rules.ts';
import { wasUsedUp } from './usage/take.ts';
import { catalogueSettings } from '../catalogue/settings.ts';
import {
  findSellables,
  type ProductTerms,
  recallTerms,
  rememberTerms,
  type Sellable,
} from '../catalogue/sellables.ts';
import { hasBought } from '../customers/purchases.ts';
import { checkBuyer } from '../customers/standing.ts';
import { readTierKey } from '../loyalty/tiers/read.ts';
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
  readonly entryItems: ReadonlyMap<string, MarkedItem>;
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

const productIdOf = ({ productId }: WantedLine): string => productId;
const NO_ENTRIES: ReadonlyMap<string, MarkedItem> = new Map();

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

/** What is known beside the basket, as far as nobody has to be asked. */
export const factsOf = (
  ctx: Pick<Ctx, 'shop' | 'now'>,
  { customerId, channel, country, coupons }: BasketBuyer,
  gifts: PricingFacts['gifts'],
): PricingFacts => {
  const { pointsCostBps, ladderCombinesWith } = campaignsSettings.of(ctx.shop);
  return {
    now: ctx.now,
    timezone: ctx.shop.timezone,
    channel,
    country,
    buyer:
      customerId === null ? null : { customerId, segmentIds: new Set(), tierKey: null, hasOrdered: false },
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
 * By the campaigns and gifts that this process remembers; undefined where it does not. Limits and stock are taken as if there were enough:
 * the statement that places the order makes sure. What only the database knows of a customer is asked, and what is left of something
 * that had nothing left. A basket with an entry item is not priced by memory: what is left of its budget is a limit of the price itself.
 */
export async function recallCampaignTerms(
  ctx: Ctx,
  products: readonly ProductTerms[],
  lines: readonly WantedLine[],
  buyer: BasketBuyer,
): Promise<KnownCampaignTerms<ProductTerms> | undefined> {
  const { shop } = ctx;
  const known = recallCampaigns(shop.id);
  if (!known || openMarks(known.entryItems, lines.map(productIdOf), ctx.now).length > 0) return undefined;
  const { campaigns, giftIds } = concernOf(known, products, lines, buyer);
  const gifts = recallTerms(shop.id, giftIds);
  if (!gifts) return undefined;
  const isOpen = campaigns.some(
    (campaign) => needsReading(campaign, buyer.customerId) || wasUsedUp(shop.id, campaign.id),
  );
  const asked = isOpen ? await askAbout(ctx, campaigns, buyer.customerId) : undefined;
  return termsOf(ctx, known, buyer, gifts, () => Number.MAX_SAFE_INTEGER, {
    ...asked,
    entryItems: NO_ENTRIES,
  });
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
  const [gifts, asked, entryItems] = await Promise.all([
    giftIds.length === 0 ? [] : findSellables(db, shop.id, giftIds),
    askAbout(ctx, campaigns, buyer.customerId),
    readEntryItems(db, shop.id, known.entryItems, lines.map(productIdOf), ctx.now),
  ]);
  rememberTerms(shop.id, gifts);
  const ordered = new Map<string, number>();
  for (const { productId, quantity } of lines)
    ordered.set(productId, (ordered.get(productId) ?? 0) + quantity);
  return termsOf(ctx, known, buyer, gifts, (one) => one.available - (ordered.get(one.id) ?? 0), {
    ...asked,
    entryItems,
  });
}

/** What the database was asked for. */
type Asked = Partial<Pick<PricingFacts, 'left' | 'buyer'>> & {
  readonly entryItems: ReadonlyMap<string, MarkedItem>;
};

function termsOf<P extends ProductTerms>(
  ctx: Ctx,
  known: ShopCampaigns,
  buyer: BasketBuyer,
  gifts: readonly P[],
  availableOf: (gift: P) => number,
  { entryItems, ...asked }: Asked,
): KnownCampaignTerms<P> {
  const facts = factsOf(ctx, buyer, new Map(gifts.map((one) => [one.id, giftOf(one, availableOf(one))])));
  return {
    known,
    shelf: known.shelf,
    entryItems,
    coupons: buyer.coupons,
    facts: { ...facts, ...asked },
    products: new Map(gifts.map((one) => [one.id, one])),
  };
}

/** What only the database knows: what is left of limits, and of a customer what campaigns go by. */
async function askAbout(ctx: Ctx, campaigns: readonly Campaign[], customerId: string | null) {
  const [left, buyer] = await Promise.all([
    readLimitsLeft(ctx, campaigns, customerId),
    readBuyer(ctx, campaigns, customerId),
  ]);
  return { left, buyer };
}

/** Of a customer what these campaigns go by; null of a guest. */
export async function readBuyer(
  ctx: Ctx,
  campaigns: readonly Campaign[],
  customerId: string | null,
): Promise<PricingFacts['buyer']> {
  if (customerId === null) return null;
  const [segmentIds, tierKey, hasOrdered] = await Promise.all([
    readSegments(ctx, campaigns, customerId),
    campaigns.some(({ rule }) => rule.tierKeys.length > 0) ? readTierKey(ctx, customerId) : null,
    campaigns.some(({ rule }) => rule.isFirstOrderOnly) ? hasBought(ctx.db, ctx.shop.id, customerId) : false,
  ]);
  return { customerId, segmentIds, tierKey, hasOrdered };
}

/** In which of the segments that campaigns name a customer is. */
async function readSegments(
  { db, shop, now }: Ctx,
  campaigns: readonly Campaign[],
  customerId: string,
): Promise<ReadonlySet<string>> {
  const named = new Set(campaigns.flatMap(({ rule }) => [...rule.segmentIds, ...rule.excludedSegmentIds]));
  if (named.size === 0) return new Set();
  const [found] = await findMemberships(db, shop.id, [...named], [{ customerId, at: now }]);
  return found ?? new Set();
}

/**
 * Whose basket it is: theirs, when a customer calls. Who has only the key of a shop front names nobody: what is for one person would be
 * told to anybody. Refusal: customer_not_nameable.
 */
export function buyerIdOf(ctx: Ctx, customerId: string | null | undefined): string | null {
  if (ctx.isPublic && customerId != null)
    throw campaignErrors.customer_not_nameable(undefined, { pointer: '/customerId' });
  return ctx.customerId ?? customerId ?? null;
}

/** Makes sure that the customer whom staff names could buy. Refusals: customer_not_found, customer_merged, customer_erased. */
export async function checkNamed(
  { db, shop, customerId: caller }: Ctx,
  customerId: string | null,
): Promise<void> {
  if (customerId !== null && customerId !== caller) await checkBuyer(db, shop.id, customerId);
}

import type { Ctx } from '../../platform/context.ts';
import { platformErrors } from '../../platform/errors.ts';
import { findSellables, type Sellable } from '../catalogue/sellables.ts';
import { isFor } from './current.ts';
import { findOpenReason } from './engine/conditions.ts';
import { priceCampaigns } from './engine/evaluate.ts';
import type { Campaign, PricingFacts } from './engine/facts.ts';
import type { RejectionReason } from './engine/reasons.ts';
import { findConcerned, type Shelf, shelve } from './engine/shelf.ts';
import { buyerIdOf, checkNamed, type CampaignTerms, itemOf, readCampaignTerms } from './terms.ts';

/** A campaign that touches a product, for somebody who looks at it. */
export interface ProductOffer {
  readonly campaign: Campaign;
  /** Why it would do nothing for one unit of it alone; undefined when it would. */
  readonly reason: RejectionReason | undefined;
  /** What one unit costs with this offer alone, in minor units; undefined where that is not told before the basket is priced. */
  readonly unitAmount: bigint | undefined;
  /** How many are left of a flash sale. */
  readonly leftQuantity: number | undefined;
}

export interface ProductOffers {
  readonly product: Sellable;
  readonly offers: readonly ProductOffer[];
  /** What one unit costs now by all of them together. */
  readonly unitAmount: bigint;
}

interface OffersInput {
  readonly productId: string;
  readonly channel: string;
  readonly country?: string;
  /** For whom; with a customer's token always the customer. */
  readonly customerId?: string;
}

const NO_FREIGHT = { amountFor: () => 0n, isFixed: true };

/**
 * Which offers touch a product now, before anyone buys: what each does for one unit, or what it takes. Codes of coupons are not told to
 * who does not have one, and a mystery price shows itself in the basket. Refusals: not_found, customer_not_nameable,
 * those of checkBuyer.
 */
export async function listProductOffers(ctx: Ctx, input: OffersInput): Promise<ProductOffers> {
  const [product] = await findSellables(ctx.db, ctx.shop.id, [input.productId]);
  if (product?.status !== 'active') throw platformErrors.not_found();
  // After the product: who asks for what is not theirs learns nothing else.
  const customerId = buyerIdOf(ctx, input.customerId);
  await checkNamed(ctx, customerId);
  const terms = await readCampaignTerms(ctx, [product], [{ productId: product.id, quantity: 1 }], {
    customerId,
    channel: input.channel,
    country: input.country ?? null,
    coupons: new Map(),
  });
  const item = itemOf(product, 1, product.priceAmount, terms.entryItems);
  const open = [...findConcerned(terms.shelf, [item]).keys()]
    .flatMap((at) => terms.shelf.campaigns[at] ?? [])
    .filter((campaign) => isShown(campaign, terms.facts));
  const offers = open.map((campaign) => offerOf(product, campaign, terms));
  const visible = open.filter(({ rule }) => rule.mechanic.type !== 'mystery_price');
  return { product, offers, unitAmount: unitPrice(product, shelve(visible), terms) };
}

/** Running now, on this channel, without a code, and not for others only. Where it goes to may not be known yet. */
const isShown = (campaign: Campaign, facts: PricingFacts): boolean =>
  !campaign.rule.isCouponRequired &&
  findOpenReason(campaign, facts) === undefined &&
  isFor(campaign, facts.buyer);

const priceOne = (product: Sellable, shelf: Shelf, { facts, entryItems }: CampaignTerms<Sellable>) =>
  priceCampaigns([itemOf(product, 1, product.priceAmount, entryItems)], facts, shelf, NO_FREIGHT);

function unitPrice(product: Sellable, shelf: Shelf, terms: CampaignTerms<Sellable>): bigint {
  const [discounts = []] = priceOne(product, shelf, terms).discounts;
  return discounts.reduce((left, { amount }) => left - amount, product.priceAmount);
}

/** What one campaign alone does for a unit. */
function offerOf(product: Sellable, campaign: Campaign, terms: CampaignTerms<Sellable>): ProductOffer {
  const { mechanic } = campaign.rule;
  const alone = shelve([campaign]);
  const { trace } = priceOne(product, alone, terms);
  const isHidden = mechanic.type === 'mystery_price';
  const changesPrice = trace.applied.some(
    ({ campaignId, discountAmount }) => campaignId !== null && discountAmount > 0,
  );
  const left = terms.facts.left.get(campaign.id)?.units.get(product.id);
  return {
    campaign,
    reason: trace.rejected[0]?.reason,
    unitAmount: changesPrice && !isHidden ? unitPrice(product, alone, terms) : undefined,
    leftQuantity: mechanic.type === 'flash_sale' ? left : undefined,
  };
}

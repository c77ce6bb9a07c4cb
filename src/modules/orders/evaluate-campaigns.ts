import type { Ctx } from '../../platform/context.ts';
import { campaignErrors } from '../campaigns/errors.ts';
import { isResolved } from '../campaigns/coupons/resolve.ts';
import { findAnyCampaigns, type ShopCampaigns } from '../campaigns/load.ts';
import { shelve } from '../campaigns/engine/shelf.ts';
import { checkNamed, readCampaignTerms } from '../campaigns/terms.ts';
import { findSellables, type Sellable } from '../catalogue/sellables.ts';
import type { Place } from '../shipping/freight/destination.ts';
import { type Basket, type BasketLine, priceLines, productIdsOf } from './basket.ts';
import { openedBy, readCoupons } from './order-coupons.ts';
import { readFacts } from './freight.ts';
import { requestIdsOf } from './logo-requests/line-rules.ts';
import { readLogos } from './logo-requests/take.ts';

interface EvaluateInput {
  readonly lines: readonly BasketLine[];
  readonly customerId?: string;
  readonly destination?: Place;
  readonly channel: string;
  readonly couponCodes?: readonly string[];
  readonly at?: string;
  readonly draftCampaignIds?: readonly string[];
}

export interface Evaluation {
  readonly basket: Basket<Sellable>;
}

/**
 * Tries campaigns on a basket, at another moment or with campaigns that do not run, by the function that prices quotes and orders.
 * Writes and holds nothing. Refusals: those of priceLines, campaign_not_found, those of
 * checkBuyer.
 */
export async function evaluateCampaigns(ctx: Ctx, input: EvaluateInput): Promise<Evaluation> {
  const { lines, customerId = null, destination, channel } = input;
  const at = input.at === undefined ? ctx : { ...ctx, now: new Date(input.at) };
  const [products, requests] = await Promise.all([
    findSellables(ctx.db, ctx.shop.id, productIdsOf(lines)),
    readLogos(ctx.db, ctx.shop.id, requestIdsOf(lines)),
    checkNamed(ctx, customerId),
  ]);
  const tried = await readTried(ctx, input.draftCampaignIds ?? []);
  const outcomes = await readCoupons(at, input.couponCodes, customerId, channel);
  const coupons = openedBy(outcomes.filter(isResolved));
  const buyer = { customerId, channel, country: destination?.country ?? null, coupons, tried };
  const [freight, campaigns] = await Promise.all([
    readFacts(ctx, products, destination, '/destination'),
    readCampaignTerms(at, products, lines, buyer),
  ]);
  const logos = { requests, customerId };
  return { basket: priceLines(at, products, lines, { freight, logos, campaigns }) };
}

/** Campaigns that are tried as if they ran, together with those that do. */
async function readTried(ctx: Ctx, ids: readonly string[]) {
  if (ids.length === 0) return undefined;
  const found = await findAnyCampaigns(ctx.db, ctx.shop.id, ids);
  const missing = ids.findIndex((id) => !found.some((campaign) => campaign.id === id));
  if (missing >= 0)
    throw campaignErrors.campaign_not_found(undefined, { pointer: `/draftCampaignIds/${missing}` });
  return (known: ShopCampaigns): ShopCampaigns => {
    const others = known.shelf.campaigns.filter(({ id }) => !ids.includes(id));
    return {
      ...known,
      shelf: shelve([...others, ...found.map((one) => ({ ...one, state: 'running' as const }))]),
    };
  };
}

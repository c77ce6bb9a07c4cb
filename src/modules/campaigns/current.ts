import type { Ctx } from '../../platform/context.ts';
import { findOpenReason, isOfTier } from './engine/conditions.ts';
import type { Campaign, PricingFacts } from './engine/facts.ts';
import { loadCampaigns } from './load.ts';
import { readBuyer } from './terms.ts';

export interface CurrentQuery {
  readonly channel: string;
  readonly country?: string;
}

/**
 * The campaigns that are there now for somebody on a channel, for banners: those for members of segments only for who is one, and none that
 * takes a code. It is for the customer whose token it is, and for nobody in particular with a key.
 */
export async function listCurrentCampaigns(ctx: Ctx, query: CurrentQuery): Promise<Campaign[]> {
  const { shelf } = await loadCampaigns(ctx.db, ctx.shop.id);
  const where = { channel: query.channel, country: query.country ?? null };
  const facts = { now: ctx.now, timezone: ctx.shop.timezone, ...where };
  const open = shelf.campaigns.filter(
    (campaign) => !campaign.rule.isCouponRequired && findOpenReason(campaign, facts) === undefined,
  );
  const buyer = await readBuyer(ctx, open, ctx.customerId ?? null);
  return open.filter((campaign) => isFor(campaign, buyer));
}

/** Whether it is for them at all, whatever they buy. */
export function isFor({ rule }: Campaign, buyer: PricingFacts['buyer']): boolean {
  const isIn = (id: string) => buyer?.segmentIds.has(id) ?? false;
  if (rule.segmentIds.length > 0 && !rule.segmentIds.some(isIn)) return false;
  if (rule.tierKeys.length > 0 && !isOfTier(rule, buyer)) return false;
  if (rule.excludedSegmentIds.some(isIn)) return false;
  return !(rule.isFirstOrderOnly && buyer?.hasOrdered);
}

import type { Ctx } from '../../platform/context.ts';
import { findOpenReason } from './engine/conditions.ts';
import type { Campaign, PricingFacts } from './engine/facts.ts';
import { loadCampaigns } from './load.ts';
import { buyerIdOf, readBuyer } from './terms.ts';

export interface CurrentQuery {
  readonly channel: string;
  readonly country?: string;
  /** For whom; with a customer's token always the customer. */
  readonly customerId?: string;
}

/**
 * The campaigns that are there now for somebody on a channel, for banners: those for members of segments only for who is one, and none that
 * takes a code. Refusal: customer_not_nameable.
 */
export async function listCurrentCampaigns(ctx: Ctx, query: CurrentQuery): Promise<Campaign[]> {
  const customerId = buyerIdOf(ctx, query.customerId);
  const { shelf } = await loadCampaigns(ctx.db, ctx.shop.id);
  const where = { channel: query.channel, country: query.country ?? null };
  const facts = { now: ctx.now, timezone: ctx.shop.timezone, ...where };
  const open = shelf.campaigns.filter(
    (campaign) => !campaign.rule.isCouponRequired && findOpenReason(campaign, facts) === undefined,
  );
  const buyer = await readBuyer(ctx, open, customerId);
  return open.filter((campaign) => isFor(campaign, buyer));
}

/** Whether it is for them at all, whatever they buy. */
function isFor({ rule }: Campaign, buyer: PricingFacts['buyer']): boolean {
  const isIn = (id: string) => buyer?.segmentIds.has(id) ?? false;
  if (rule.segmentIds.length > 0 && !rule.segmentIds.some(isIn)) return false;
  if (rule.excludedSegmentIds.some(isIn)) return false;
  return !(rule.isFirstOrderOnly && buyer?.hasOrdered);
}

import { putBounded } from '../../../platform/bounded-map.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { type Guard, whenRefused } from '../../../platform/db/guards.ts';
import { returnCoupons, useCoupons } from '../coupons/take.ts';
import { confirmUses, returnUses, usesPart } from './repository.ts';
import type { UsingOrder, WantedUse } from './rules.ts';

/** Campaigns did not have what an order wanted of them. Nothing was written. */
export class CampaignsUsedUp extends Error {
  readonly campaignIds: readonly string[];
  constructor(campaignIds: readonly string[]) {
    super(`nothing is left of ${campaignIds.join(', ')}`);
    this.campaignIds = campaignIds;
  }
}

// Campaigns that had nothing left when it was last asked: they are read before a basket is priced. That is only a hint: what is read
// decides, because something may have been given back.
const MOST_REMEMBERED = 5_000;
const exhausted = new Map<string, true>();
const nameOf = (shopId: string, id: string): string => `${shopId}/${id}`;

/** Whether it is worth asking what is left of a campaign before it is priced. */
export const wasUsedUp = (shopId: string, campaignId: string): boolean =>
  exhausted.has(nameOf(shopId, campaignId));

/** Takes what an order wants of campaigns, each within its limits, as part of one statement; `CampaignsUsedUp` otherwise. */
export function requireUses(order: UsingOrder, uses: readonly WantedUse[]): Guard | undefined {
  if (uses.length === 0) return undefined;
  const toError = whenRefused('campaign_used_up', (detail) => {
    const ids = JSON.parse(detail) as string[];
    for (const id of ids) putBounded(exhausted, MOST_REMEMBERED, nameOf(order.shopId, id), true);
    return new CampaignsUsedUp(ids);
  });
  return { part: usesPart(order, uses), toError };
}

/** Building block: an order with campaigns was paid: what it held of them and of coupons is used. The caller has locked it. */
export async function useCampaigns(tx: Tx, ctx: Ctx, orderId: string): Promise<void> {
  await Promise.all([confirmUses(tx, [ctx.shop.id, orderId, ctx.now]), useCoupons(tx, ctx, orderId)]);
}

/** Building block: an order was cancelled or has lapsed. The caller has locked it. A second time nothing happens. */
export async function returnCampaigns(tx: Tx, ctx: Ctx, orderId: string): Promise<void> {
  await Promise.all([returnUses(tx, ctx.shop.id, orderId, ctx.now), returnCoupons(tx, ctx, orderId)]);
}

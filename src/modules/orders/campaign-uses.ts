import type { Ctx } from '../../platform/context.ts';
import type { CampaignEffect, PricingOutcome } from '../campaigns/engine/evaluate.ts';
import type { Shelf } from '../campaigns/engine/shelf.ts';
import type { PricingTrace } from '../campaigns/engine/trace.ts';
import { type UsingOrder, type WantedUse, wantedUse } from '../campaigns/usage/rules.ts';
import type { Order, OrderPriceTrace } from './tables.ts';

/** A campaign of an order, as it is shown with it. Amounts are minor units; numbers, because JSON has no bigint. */
export interface OrderCampaign {
  readonly campaignId: string;
  readonly campaignVersion: number;
  readonly name: string;
  /** Off the goods and off freight. */
  readonly discountAmount: number;
  readonly freightDiscountAmount: number;
  readonly pointsMultiplierBps: number | null;
}

/** The campaigns of an order, as they are shown with it. */
export const orderCampaigns = (effects: readonly CampaignEffect[]): OrderCampaign[] =>
  effects.map(
    ({ campaignId, campaignVersion, name, discountAmount, freightAmount, pointsMultiplierBps }) => ({
      campaignId,
      campaignVersion,
      name,
      discountAmount: Number(discountAmount),
      freightDiscountAmount: Number(freightAmount),
      pointsMultiplierBps,
    }),
  );

/** What an order with these effects takes of the limits of campaigns. */
export function usesOf(
  { shop, now }: Pick<Ctx, 'shop' | 'now'>,
  { effects }: Pick<PricingOutcome, 'effects'>,
  { campaigns }: Shelf,
  coupons: ReadonlyMap<string, string>,
): WantedUse[] {
  return effects.flatMap((effect) => {
    const campaign = campaigns.find(({ id }) => id === effect.campaignId);
    const couponId = coupons.get(effect.campaignId) ?? null;
    return campaign ? [wantedUse(campaign, effect, couponId, shop.timezone, now)] : [];
  });
}

/** Who takes it. */
export const usingOrder = (order: Order): UsingOrder => ({
  shopId: order.shopId,
  orderId: order.id,
  customerId: order.customerId,
  channel: order.channel,
  placedAt: order.placedAt,
  isPaid: order.status === 'paid',
});

/** How the price of an order came about, where campaigns had anything to do with it. */
export const traceRow = (order: Order, trace: PricingTrace): OrderPriceTrace | undefined =>
  trace.applied.length + trace.rejected.length === 0
    ? undefined
    : { shopId: order.shopId, orderId: order.id, trace, createdAt: order.placedAt };

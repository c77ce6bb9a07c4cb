import type { CampaignEffect } from '../engine/evaluate.ts';
import type { Campaign, LimitsLeft } from '../engine/facts.ts';
import { periodOf } from './period-rules.ts';

/** What an order takes of a campaign, with the limits that hold for it. Amounts are minor units. */
export interface WantedUse {
  readonly effect: CampaignEffect;
  readonly couponId: string | null;
  readonly usesLimit: number | null;
  readonly budgetAmount: bigint | null;
  readonly customerLimit: number | null;
  readonly period: string | null;
  readonly periodLimit: number | null;
  readonly unitLimits: readonly UnitLimit[];
}

/** How many units of a product a sale has, and how many of them one customer may take. */
export interface UnitLimit {
  readonly productId: string;
  readonly stockQuantity: number;
  readonly perCustomerLimit: number | null;
}

/** A customer who has ordered with it once has made their first order. */
const customerLimitOf = ({ rule }: Campaign): number | null =>
  rule.isFirstOrderOnly ? 1 : rule.usesPerCustomerLimit;

const unitLimitsOf = ({ rule: { mechanic } }: Campaign): UnitLimit[] =>
  mechanic.type === 'flash_sale'
    ? mechanic.items.map(({ productId, stockQuantity, perCustomerLimit = null }) => ({
        productId,
        stockQuantity,
        perCustomerLimit,
      }))
    : [];

/** Whether anything is counted of it. */
export const hasLimits = (campaign: Campaign): boolean => {
  const { rule } = campaign;
  const ofAll = rule.usesLimit !== null || rule.budgetAmount !== null || rule.mechanic.type === 'flash_sale';
  return ofAll || customerLimitOf(campaign) !== null || rule.periodLimit !== null;
};

/** What has to be read before it can be said whether a campaign is for a customer. */
export const needsReading = (campaign: Campaign, customerId: string | null): boolean => {
  const { rule } = campaign;
  if (customerId === null) return false;
  const named = rule.segmentIds.length + rule.excludedSegmentIds.length + rule.tierKeys.length;
  const units = unitLimitsOf(campaign).some(({ perCustomerLimit }) => perCustomerLimit !== null);
  return named > 0 || units || customerLimitOf(campaign) !== null || rule.periodLimit !== null;
};

/** What an order wants of a campaign. */
export const wantedUse = (
  campaign: Campaign,
  effect: CampaignEffect,
  couponId: string | null,
  timezone: string,
  now: Date,
): WantedUse => ({
  effect,
  couponId,
  usesLimit: campaign.rule.usesLimit,
  budgetAmount: campaign.rule.budgetAmount === null ? null : BigInt(campaign.rule.budgetAmount),
  customerLimit: customerLimitOf(campaign),
  period: campaign.rule.periodLimit && periodOf(campaign.rule.periodLimit.per, timezone, now),
  periodLimit: campaign.rule.periodLimit?.uses ?? null,
  unitLimits: unitLimitsOf(campaign).filter(({ productId }) =>
    effect.units.some((taken) => taken.productId === productId),
  ),
});

/** What was counted of a campaign. */
export interface Counted {
  readonly uses: number;
  readonly spentAmount: bigint;
  readonly customerUses: number;
  readonly periodUses: number;
  /** Units by product: of all, and of the customer. */
  readonly units: ReadonlyMap<string, number>;
  readonly customerUnits: ReadonlyMap<string, number>;
}

const less = (limit: number | null, used: number): number | null => (limit === null ? null : limit - used);

/** What is left of a campaign's limits. */
export function limitsLeft(campaign: Campaign, counted: Counted): LimitsLeft {
  const { rule } = campaign;
  const units = unitLimitsOf(campaign);
  return {
    uses: less(rule.usesLimit, counted.uses),
    budgetAmount: rule.budgetAmount === null ? null : BigInt(rule.budgetAmount) - counted.spentAmount,
    customerUses: less(customerLimitOf(campaign), counted.customerUses),
    periodUses: less(rule.periodLimit?.uses ?? null, counted.periodUses),
    units: new Map(
      units.map(({ productId, stockQuantity }) => [
        productId,
        stockQuantity - (counted.units.get(productId) ?? 0),
      ]),
    ),
    customerUnits: new Map(
      units.flatMap(({ productId, perCustomerLimit }) =>
        perCustomerLimit === null
          ? []
          : [[productId, perCustomerLimit - (counted.customerUnits.get(productId) ?? 0)] as const],
      ),
    ),
  };
}

/** Whose order takes something, and in which state. */
export interface UsingOrder {
  readonly shopId: string;
  readonly orderId: string;
  readonly customerId: string | null;
  readonly channel: string;
  readonly placedAt: Date;
  /** An order that costs nothing is paid at once. */
  readonly isPaid: boolean;
}

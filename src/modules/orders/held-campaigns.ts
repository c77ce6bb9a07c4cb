import type { CampaignEffect, LineDiscount } from '../campaigns/engine/evaluate.ts';
import { type PricingTrace, tellRejections, type TracedOffer } from '../campaigns/engine/trace.ts';
import type { UnitLimit, WantedUse } from '../campaigns/usage/rules.ts';
import type { CampaignPrices } from './campaign-prices.ts';
import type { HeldEntries } from './entry-losses.ts';

/** What the token of a quote holds of campaigns. It can be read by whoever has it: nothing in it says what goods cost the shop. */
export interface HeldCampaigns {
  readonly trace: Omit<PricingTrace, 'clamps'>;
  /** Rungs of ladders, by line: `10:1500`. */
  readonly rungs: Readonly<Record<number, string>>;
  readonly uses: readonly HeldUse[];
  /** Absent where there are none. */
  readonly entries?: HeldEntries;
}

interface HeldUse {
  readonly campaignId: string;
  readonly couponId: string | null;
  readonly usesLimit: number | null;
  readonly budget: string | null;
  readonly customerLimit: number | null;
  readonly period: string | null;
  readonly periodLimit: number | null;
  readonly unitLimits: readonly UnitLimit[];
  readonly units: readonly { readonly productId: string; readonly quantity: number }[];
}

/** Packs what campaigns did into a token; undefined where they did nothing. */
export function packCampaigns({ outcome, uses, losses }: CampaignPrices): HeldCampaigns | undefined {
  const { trace, discounts } = outcome;
  if (trace.applied.length + trace.rejected.length === 0) return undefined;
  const { clamps: _clamps, ...told } = trace;
  const rungs = discounts.flatMap((own, index) => {
    const rung = own.find((discount) => discount.rung)?.rung;
    return rung ? [[index, `${rung.minimumQuantity}:${rung.unitAmount}`] as const] : [];
  });
  return {
    // Whoever has the token can read it.
    trace: { ...told, rejected: tellRejections(trace) },
    rungs: Object.fromEntries(rungs),
    uses: uses.map(({ effect, budgetAmount, ...limits }) => ({
      ...limits,
      campaignId: effect.campaignId,
      budget: budgetAmount === null ? null : String(budgetAmount),
      units: effect.units,
    })),
    ...(losses.length > 0 && {
      entries: Object.fromEntries(losses.map(({ productId, entryItemId }) => [productId, entryItemId])),
    }),
  };
}

/** What gifts cost the shop, per unit, by product. */
type GiftCosts = (productId: string) => bigint;

/** What a token held of campaigns, as the pricing function gave it. */
export function unpackCampaigns(
  held: HeldCampaigns | undefined,
  lineCount: number,
  costOf: GiftCosts,
): Omit<CampaignPrices, 'losses'> {
  const trace: PricingTrace = { ...(held?.trace ?? NO_TRACE), clamps: [] };
  const discounts = Array.from({ length: lineCount }, (): LineDiscount[] => []);
  for (const offer of trace.applied)
    for (const { line, amount } of offer.lines)
      discounts[line]?.push({
        campaignId: offer.campaignId,
        amount: BigInt(amount),
        ...(offer.campaignId === null && rungOf(held?.rungs[line])),
      });
  const uses = held?.uses ?? [];
  const effects = uses.map((use) =>
    effectOf(
      trace.applied.filter(({ campaignId }) => campaignId === use.campaignId),
      use,
      costOf,
    ),
  );
  return {
    outcome: {
      discounts,
      effects,
      freightDiscountAmount: effects.reduce((sum, { freightAmount }) => sum + freightAmount, 0n),
      pointsMultiplierBps: effects.reduce(
        (product, { pointsMultiplierBps }) =>
          Math.round((product * (pointsMultiplierBps ?? 10_000)) / 10_000),
        10_000,
      ),
      entryLosses: [],
      trace,
    },
    uses: uses.map(({ campaignId: _c, budget, units: _u, ...limits }, i): WantedUse => {
      return {
        ...limits,
        effect: effects[i] as CampaignEffect,
        budgetAmount: budget === null ? null : BigInt(budget),
      };
    }),
  };
}

const NO_TRACE = { method: 'exact', candidateCount: 0, applied: [], rejected: [], otherCount: 0 } as const;

function rungOf(text: string | undefined) {
  const [minimumQuantity, unitAmount] = text?.split(':') ?? [];
  if (!minimumQuantity || !unitAmount) return {};
  return { rung: { minimumQuantity: Number(minimumQuantity), unitAmount: BigInt(unitAmount) } };
}

function effectOf(
  offers: readonly TracedOffer[],
  { campaignId, units }: HeldUse,
  costOf: GiftCosts,
): CampaignEffect {
  const gifts = offers.flatMap((offer) => offer.gifts);
  const sum = (field: 'discountAmount' | 'freightAmount') =>
    BigInt(offers.reduce((total, offer) => total + offer[field], 0));
  return {
    campaignId,
    campaignVersion: offers[0]?.campaignVersion ?? 1,
    name: offers[0]?.name ?? '',
    discountAmount: sum('discountAmount'),
    freightAmount: sum('freightAmount'),
    gifts,
    giftCostAmount: gifts.reduce(
      (total, { productId, quantity }) => total + costOf(productId) * BigInt(quantity),
      0n,
    ),
    pointsMultiplierBps: offers[0]?.pointsMultiplierBps ?? null,
    units,
  };
}

/** The products that a token promises as gifts. */
export const heldGiftIds = (held: HeldCampaigns | undefined): string[] => [
  ...new Set((held?.trace.applied ?? []).flatMap(({ gifts }) => gifts.map(({ productId }) => productId))),
];

import type { CampaignRule } from '../rule-schemas.ts';

/** Where an offer acts: on the price of goods, on the order as a whole, on its freight. In this order they are applied. */
export const STACKING_CLASSES = ['product', 'order', 'freight'] as const;
export type StackingClass = (typeof STACKING_CLASSES)[number];

/**
 * Which amount a rule looks at. `list`: list prices. `current`: what is left after the offers of the class `product`.
 * `after_order`: what is left after everything that was applied before.
 */
export const AMOUNT_BASES = ['list', 'current', 'after_order'] as const;
export type AmountBasis = (typeof AMOUNT_BASES)[number];

/** A version of a campaign, as it is looked at. */
export interface Campaign {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  /** Paused ones are looked at too, so that it can be said that they are. */
  readonly state: 'draft' | 'scheduled' | 'running' | 'paused' | 'ended';
  readonly rule: CampaignRule;
}

/** A rung of a product's own ladder. Minor units. */
export interface Rung {
  readonly minimumQuantity: number;
  readonly unitAmount: bigint;
}

/** A product that may be sold below the shop's minimum margin, to win customers. */
export interface EntryItem {
  /** Usually below zero: −2,000 is 20 % under cost. */
  readonly minimumMarginBps: number;
  /** What may still be lost on it, against the floor that it would have otherwise. */
  readonly leftAmount: bigint;
}

/** A line of goods, without a logo on them. Amounts are minor units. */
export interface BasketItem {
  readonly productId: string;
  readonly category: string | null;
  readonly collections: readonly string[];
  readonly quantity: number;
  readonly listUnitAmount: bigint;
  readonly minimumPriceAmount: bigint | null;
  readonly costAmount: bigint | null;
  readonly priceBreaks: readonly Rung[];
  /** What an order has of the product already: it counts for rungs. */
  readonly keptQuantity?: number;
  readonly entry?: EntryItem;
}

/** A product that can be given away. */
export interface GiftProduct {
  readonly productId: string;
  readonly name: string;
  readonly priceAmount: bigint;
  readonly costAmount: bigint | null;
  /** How many can be sold now; none when it is not for sale. */
  readonly availableQuantity: number;
}

/** What is left of a campaign's limits. Null: no such limit. */
export interface LimitsLeft {
  readonly uses: number | null;
  readonly customerUses: number | null;
  readonly periodUses: number | null;
  readonly budgetAmount: bigint | null;
  /** Units of a flash sale by product: of all, and for this customer. */
  readonly units: ReadonlyMap<string, number>;
  readonly customerUnits: ReadonlyMap<string, number>;
}

/** Whom a basket is priced for. */
export interface BuyerFacts {
  readonly customerId: string;
  readonly segmentIds: ReadonlySet<string>;
  /** The tier of a member; null: none, or no member. */
  readonly tierKey: string | null;
  readonly hasOrdered: boolean;
}

/** Everything that is known beside the basket and the campaigns. */
export interface PricingFacts {
  readonly now: Date;
  readonly timezone: string;
  readonly channel: string;
  /** Where it goes; null while nobody has said it. */
  readonly country: string | null;
  /** Null: a guest. */
  readonly buyer: BuyerFacts | null;
  /** The campaigns that valid coupons open. */
  readonly openedByCoupon: ReadonlySet<string>;
  /** By campaign; one that is not named has used nothing. */
  readonly left: ReadonlyMap<string, LimitsLeft>;
  readonly gifts: ReadonlyMap<string, GiftProduct>;
  /** No line is sold below its cost plus this margin. */
  readonly minimumMarginBps: number;
  /** What the points of a purchase cost the shop, as a share of what is paid. */
  readonly pointsCostBps: number;
  /** With which classes the ladder of a product combines. */
  readonly ladderCombinesWith: readonly StackingClass[];
}

/** Freight by what each line costs then. */
export interface FreightQuote {
  amountFor(netAmounts: readonly bigint[]): bigint;
  /** Whatever the goods cost, it is the same. */
  readonly isFixed: boolean;
}

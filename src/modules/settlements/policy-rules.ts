/** Why a difference is settled. */
export const SETTLEMENT_REASONS = [
  'price_drop',
  'promotion_missed',
  'price_error',
  'price_rise',
  'order_edit',
  'upgrade',
  'freight',
  'exchange',
  'goodwill',
  'coupon_unused',
] as const;
export type SettlementReason = (typeof SETTLEMENT_REASONS)[number];

/** Those that a policy can promise: money to the customer, by a rule. */
export const POLICY_REASONS = [
  'price_drop',
  'promotion_missed',
  'price_error',
  'coupon_unused',
] as const satisfies readonly SettlementReason[];
export type PolicyReason = (typeof POLICY_REASONS)[number];

export const WINDOW_STARTS = ['paid', 'shipped', 'delivered'] as const;
export const COMPARISONS = ['list_price', 'net_price'] as const;
export const TIER_MEASURES = ['unit_price', 'quantity', 'order_total', 'units_sold'] as const;
export const PAYOUT_METHODS = ['original_payment', 'stored_value', 'coupon'] as const;
export type PayoutMethod = (typeof PAYOUT_METHODS)[number];

export interface Tier {
  /** From this value on, in minor units for prices and totals, in units for quantities. */
  readonly from: number;
  readonly rateBps: number;
}

/** What a policy promises. Amounts are minor units; null means that there is no such limit. */
export interface PolicyRule {
  readonly reasons: readonly PolicyReason[];
  readonly windowDays: number;
  readonly windowFrom: (typeof WINDOW_STARTS)[number];
  /** Only these products; all when empty. Excluded ones win. */
  readonly productIds: readonly string[];
  readonly excludedProductIds: readonly string[];
  readonly categories: readonly string[];
  readonly excludedCategories: readonly string[];
  /**
   * Only customers who were in one of these segments when the order was placed; everybody when empty. Excluded ones win, and a guest is
   * in none. Promises from before there were segments have neither.
   */
  readonly segmentIds?: readonly string[];
  readonly excludedSegmentIds?: readonly string[];
  /** Lines of products in clearance and gifts are left out unless the shop promises them as well. */
  readonly includesClearance: boolean;
  readonly includesGifts: boolean;
  /** Lines with a price of a flash sale, and its price as what others are compared with. See coversFlashSales. */
  readonly includesFlashSales?: boolean;
  readonly compareWith: (typeof COMPARISONS)[number];
  /** The share of the difference that is paid, where no tier says otherwise. */
  readonly rateBps: number;
  readonly tierBy: (typeof TIER_MEASURES)[number] | null;
  readonly tiers: readonly Tier[];
  /** For `units_sold`: the period in which units of the product are counted. */
  readonly soldFrom: string | null;
  readonly soldTo: string | null;
  readonly minimumOrderAmount: number | null;
  /** Orders placed in this range; open where null. */
  readonly placedFrom: string | null;
  readonly placedTo: string | null;
  /** Per unit. A smaller difference is not worth a settlement. */
  readonly minimumDifferenceAmount: number;
  readonly lineCapAmount: number | null;
  readonly orderCapAmount: number | null;
  readonly customerYearCapAmount: number | null;
  readonly budgetAmount: number | null;
  readonly payoutMethods: readonly PayoutMethod[];
  /** Up to this amount a claim is paid without a person. */
  readonly automaticAmount: number;
}

/** Of the ways in which somebody can be paid, those to be taken: the wanted one, or all but a coupon, which has to be asked for. */
export const askedMethods = (
  payableBy: readonly PayoutMethod[],
  wanted?: PayoutMethod,
): readonly PayoutMethod[] =>
  payableBy.filter((method) => (wanted === undefined ? method !== 'coupon' : method === wanted));

/** How a promise is kept: along the payments before stored value. Undefined where it pays in none of these ways. */
export const methodOf = (
  { payoutMethods }: Pick<PolicyRule, 'payoutMethods'>,
  methods: readonly PayoutMethod[],
): PayoutMethod | undefined =>
  PAYOUT_METHODS.find((method) => payoutMethods.includes(method) && methods.includes(method));

/** What a policy promises where its shop does not say otherwise. */
export const RULE_DEFAULTS: Required<Omit<PolicyRule, 'reasons' | 'windowDays'>> = {
  windowFrom: 'delivered',
  productIds: [],
  excludedProductIds: [],
  categories: [],
  excludedCategories: [],
  segmentIds: [],
  excludedSegmentIds: [],
  includesClearance: false,
  includesGifts: false,
  includesFlashSales: false,
  compareWith: 'list_price',
  rateBps: 10_000,
  tierBy: null,
  tiers: [],
  soldFrom: null,
  soldTo: null,
  minimumOrderAmount: null,
  placedFrom: null,
  placedTo: null,
  minimumDifferenceAmount: 0,
  lineCapAmount: null,
  orderCapAmount: null,
  customerYearCapAmount: null,
  budgetAmount: null,
  payoutMethods: ['original_payment'],
  automaticAmount: 0,
};

/**
 * Whether a promise is made for flash sales as well. Promises from before there were any did not leave them out, and no promise is
 * made smaller afterwards.
 */
export const coversFlashSales = ({
  includesFlashSales = true,
}: Pick<PolicyRule, 'includesFlashSales'>): boolean => includesFlashSales;

/** The segments that a rule names: for whom it is, and for whom it is not. */
export const segmentsOf = ({
  segmentIds = [],
  excludedSegmentIds = [],
}: Pick<PolicyRule, 'segmentIds' | 'excludedSegmentIds'>) => ({ segmentIds, excludedSegmentIds });

/** Whether a promise is made to who was in these segments. */
export function coversMemberOf(rule: PolicyRule, memberOf: ReadonlySet<string>): boolean {
  const { segmentIds, excludedSegmentIds } = segmentsOf(rule);
  if (excludedSegmentIds.some((id) => memberOf.has(id))) return false;
  return segmentIds.length === 0 || segmentIds.some((id) => memberOf.has(id));
}

/** A fault of a rule that its schema cannot see: where, and what is wrong. */
export interface RuleFault {
  readonly pointer: string;
  readonly detail: string;
}

/** What is wrong with a policy's rule; nothing when it can be promised. */
export function findRuleFaults(rule: PolicyRule): RuleFault[] {
  const faults: RuleFault[] = [];
  const fault = (pointer: string, detail: string) => faults.push({ pointer, detail });
  if (rule.tierBy === null && rule.tiers.length > 0) fault('/tierBy', 'Tiers need to say what they go by.');
  if (rule.tierBy !== null && rule.tiers.length === 0) fault('/tiers', 'There are no tiers to go by it.');
  for (const [index, tier] of rule.tiers.entries()) {
    if (index > 0 && tier.from <= (rule.tiers[index - 1]?.from ?? 0))
      fault(`/tiers/${index}/from`, 'Tiers rise.');
  }
  if (rule.rateBps === 0 && rule.tiers.every((tier) => tier.rateBps === 0))
    fault('/rateBps', 'A rate of nothing pays nothing.');
  const needsPeriod = rule.tierBy === 'units_sold';
  if (needsPeriod && (rule.soldFrom === null || rule.soldTo === null))
    fault('/soldFrom', 'Tiers by units sold need the period in which they are counted.');
  if (!needsPeriod && (rule.soldFrom !== null || rule.soldTo !== null))
    fault('/soldFrom', 'A period goes with tiers by units sold.');
  const { segmentIds, excludedSegmentIds } = segmentsOf(rule);
  if (segmentIds.length > 0 && segmentIds.every((id) => excludedSegmentIds.includes(id)))
    fault('/excludedSegmentIds', 'All segments that it is for are left out.');
  if (isReversed(rule.soldFrom, rule.soldTo)) fault('/soldTo', 'The period ends before it begins.');
  if (isReversed(rule.placedFrom, rule.placedTo)) fault('/placedTo', 'The range ends before it begins.');
  return faults;
}

const isReversed = (from: string | null, to: string | null): boolean =>
  from !== null && to !== null && Date.parse(from) >= Date.parse(to);

export interface TierFacts {
  readonly unitAmount: bigint;
  readonly quantity: number;
  readonly orderAmount: bigint;
  readonly unitsSold: number;
}

/** The rate for a line: that of the highest tier that it reaches, else the policy's own. */
export function decideRateBps(rule: PolicyRule, facts: TierFacts): number {
  if (rule.tierBy === null) return rule.rateBps;
  const value = {
    unit_price: facts.unitAmount,
    quantity: BigInt(facts.quantity),
    order_total: facts.orderAmount,
    units_sold: BigInt(facts.unitsSold),
  }[rule.tierBy];
  const reached = rule.tiers.filter(({ from }) => value >= BigInt(from));
  return reached.at(-1)?.rateBps ?? rule.rateBps;
}

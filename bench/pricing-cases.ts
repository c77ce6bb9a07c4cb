import type {
  BasketItem,
  Campaign,
  FreightQuote,
  PricingFacts,
} from '../src/modules/campaigns/engine/facts.ts';
import type { MechanicParameters } from '../src/modules/campaigns/mechanics.ts';
import { type CampaignRule, RULE_DEFAULTS } from '../src/modules/campaigns/rule-schemas.ts';
import { shareOf } from '../src/platform/money.ts';

export const PRODUCTS = 2_000;
const CATEGORIES = 40;

const idOf = (kind: number, n: number): string =>
  `00000000-0000-7000-800${kind}-${n.toString(16).padStart(12, '0')}`;
/** The products of the pure function's baskets. */
export const PRODUCT_IDS = Array.from({ length: PRODUCTS }, (_, i) => idOf(1, i));

/** What a product is, by its number. */
export function productOf(n: number) {
  const listUnitAmount = BigInt(500 + ((n * 131) % 9_500));
  return {
    category: `Category ${n % CATEGORIES}`,
    collections: n % 10 === 0 ? ['clearance'] : [],
    listUnitAmount,
    costAmount: shareOf(listUnitAmount, 6_000),
    priceBreaks: n % 5 === 0 ? [{ minimumQuantity: 3, unitAmount: shareOf(listUnitAmount, 9_500) }] : [],
  };
}

/** The numbers of the products of a basket, all different. A step that shares no factor with how many there are meets each once. */
export const numbersOf = (lines: number): number[] =>
  Array.from({ length: lines }, (_, i) => (i * 787) % PRODUCTS);
export const quantityAt = (line: number): number => 1 + (line % 4);

export const basketOf = (lines: number): BasketItem[] =>
  numbersOf(lines).map((n, i) => ({
    productId: idOf(1, n),
    quantity: quantityAt(i),
    minimumPriceAmount: null,
    ...productOf(n),
  }));

/** So many campaigns for everything are in each set. */
const FOR_EVERYTHING = 4;
/** Which campaigns there are where there are fewer than a hundred: those for everything, and of the others some of each kind. */
export const campaignNumbers = (count: number): number[] =>
  Array.from({ length: count }, (_, i) =>
    i < FOR_EVERYTHING || count >= 100
      ? i
      : FOR_EVERYTHING +
        Math.floor(((i - FOR_EVERYTHING) * (100 - FOR_EVERYTHING)) / (count - FOR_EVERYTHING)),
  );

/** What a shop runs, of every hundred: most for some products or a category, some for segments or by coupon, four for everything. */
export function ruleOf(i: number, productIds: readonly string[]): CampaignRule {
  const at = i % 100;
  const products = Array.from({ length: 10 }, (_, k) => productIds[(i * 37 + k * 11) % PRODUCTS] ?? '');
  const categories = [`Category ${i % CATEGORIES}`];
  const ofGoods = { stackingClass: 'product' as const, combinesWith: ['order' as const, 'freight' as const] };
  const ofOrder = { stackingClass: 'order' as const, combinesWith: ['product' as const, 'freight' as const] };
  const percent: MechanicParameters = { type: 'percent_off', rateBps: 500 + (i % 5) * 500 };
  const [mechanic, rule] = ((): [MechanicParameters, Partial<CampaignRule>] => {
    if (at === 0) return [percent, ofGoods];
    if (at === 1) return [{ type: 'spend_steps', steps: [{ fromAmount: 10_000, amount: 500 }] }, ofOrder];
    if (at === 2) return [{ ...percent, basis: 'after_order' }, ofOrder];
    if (at === 3)
      return [
        { type: 'free_freight', rateBps: 10_000 },
        { stackingClass: 'freight', combinesWith: ['product', 'order'] },
      ];
    if (at < 15) return [percent, { ...ofOrder, isCouponRequired: true }];
    if (at < 25)
      return [
        { type: 'segment_price', rateBps: 800 },
        { ...ofGoods, segmentIds: [idOf(3, i)] },
      ];
    if (at < 45) return [percent, { ...ofGoods, categories }];
    if (at < 55)
      return [
        { type: 'quantity_breaks', steps: [{ minimumQuantity: 3, rateBps: 700 }], across: 'product' },
        { ...ofGoods, categories },
      ];
    if (at < 65)
      return [
        { type: 'nth_item', n: 2, rateBps: 5_000, across: 'basket' },
        { ...ofGoods, productIds: products },
      ];
    if (at < 75)
      return [
        {
          type: 'bundle',
          parts: products.slice(0, 2).map((id) => ({ productIds: [id], quantity: 1 })),
          rateBps: 1_000,
        },
        ofGoods,
      ];
    return [
      { type: 'amount_off', amount: 100, per: 'unit' },
      { ...ofGoods, productIds: products },
    ];
  })();
  return { ...RULE_DEFAULTS, mechanic, stackingClass: 'product', ...rule };
}

export const campaignOf = (i: number): Campaign => ({
  id: idOf(2, i),
  version: 1,
  name: `Campaign ${i}`,
  state: 'running',
  rule: ruleOf(i, PRODUCT_IDS),
});

export const FACTS: PricingFacts = {
  now: new Date('2026-06-18T04:00:00.000Z'),
  timezone: 'Asia/Shanghai',
  channel: 'web',
  country: 'CN',
  buyer: {
    customerId: idOf(4, 1),
    segmentIds: new Set([idOf(3, 15), idOf(3, 16)]),
    tierKey: null,
    hasOrdered: true,
  },
  openedByCoupon: new Set([idOf(2, 4)]),
  left: new Map(),
  gifts: new Map(),
  minimumMarginBps: 500,
  pointsCostBps: 100,
  ladderCombinesWith: ['order', 'freight'],
};
export const FREIGHT: FreightQuote = { amountFor: () => 1_200n, isFixed: true };

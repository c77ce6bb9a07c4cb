import type { BasketItem, Campaign, LimitsLeft, PricingFacts } from '../../modules/campaigns/engine/facts.ts';
import { priceCampaigns, type PricingOutcome } from '../../modules/campaigns/engine/evaluate.ts';
import { type Shelf, shelve } from '../../modules/campaigns/engine/shelf.ts';
import { mechanicOf, type MechanicType } from '../../modules/campaigns/mechanics.ts';
import type { PresetGoods } from '../../modules/campaigns/presets/preset.ts';
import { type PresetName, presets } from '../../modules/campaigns/presets/presets.ts';
import { RULE_DEFAULTS } from '../../modules/campaigns/rule-schemas.ts';
import { shareOf, sumOf } from '../../platform/money.ts';
import { readOrders, readProducts } from './map.ts';
import { centsOf, dayOf, type Row, valueOf } from './read.ts';

/** What a unit costs the shop, of the price that it is sold for. The files do not say it. */
export const COST_BPS = 6_000;
/** No line is sold below its cost and 20 % of that: below 72 % of its price. */
export const MINIMUM_MARGIN_BPS = 2_000;
/** What a point costs: a hundredth of what it was earned with. */
const POINTS_COST_BPS = 100;
/** Customers with so many orders are members. */
const MEMBER_ORDERS = 10;
/** So many products, the last that were listed, are new. */
const NEW_PRODUCTS = 10;
const SEGMENT_ID = idOf(2, 1);

/** What the examples of the presets are about here: the two products that are most often in one basket, and as a gift the geitost. */
const SYRUP = { id: idOf(1, 61), unitAmount: 2_850 };
const SCONES = { id: idOf(1, 21), unitAmount: 1_000 };
const GEITOST = { id: idOf(1, 33), name: 'Geitost', priceAmount: 250n };
const GOODS: PresetGoods = {
  product: SYRUP,
  otherProduct: SCONES,
  giftProductId: GEITOST.id,
  segmentId: SEGMENT_ID,
  category: 'Seafood',
  from: new Date('1996-07-01T00:00:00Z'),
};

/** What a preset would have done to all baskets. Amounts are cents. */
export interface PresetFigures {
  readonly preset: PresetName;
  readonly mechanic: MechanicType;
  /** Baskets for which it did something. */
  readonly basketCount: number;
  readonly discountAmount: bigint;
  readonly freightAmount: bigint;
  /** What the gifts cost the shop. */
  readonly giftCostAmount: bigint;
  /** What the additional points cost it. */
  readonly pointsCostAmount: bigint;
  /** What the goods were sold for, and what is left of it after their cost and all that was given away beside. */
  readonly netAmount: bigint;
  readonly marginAmount: bigint;
  /** How often the guard gave less than the campaign wanted, or nothing. */
  readonly guardedCount: number;
}

export interface CampaignFigures {
  readonly basketCount: number;
  readonly netAmount: bigint;
  readonly marginAmount: bigint;
  readonly presets: readonly PresetFigures[];
}

interface Basket {
  readonly items: readonly BasketItem[];
  readonly placedAt: Date;
  readonly customerId: string;
  readonly isMember: boolean;
  readonly hasOrdered: boolean;
  readonly freightAmount: bigint;
}

/** The 830 baskets at the prices of their day, priced under each preset as if it had run all the time; nothing else runs. */
export function priceUnderPresets(): CampaignFigures {
  const baskets = readBaskets();
  const netAmount = sumOf(baskets.flatMap(({ items }) => items.map(listOf)));
  const costAmount = sumOf(baskets.flatMap(({ items }) => items.map(costOf)));
  return {
    basketCount: baskets.length,
    netAmount,
    marginAmount: netAmount - costAmount,
    presets: presets.map((one) => tryPreset(one.preset, one.exampleOf(GOODS), baskets)),
  };
}

const listOf = ({ listUnitAmount, quantity }: BasketItem): bigint => listUnitAmount * BigInt(quantity);
const costOf = ({ costAmount, quantity }: BasketItem): bigint => (costAmount ?? 0n) * BigInt(quantity);

function idOf(kind: number, n: number): string {
  return `00000000-0000-7000-800${kind}-${String(n).padStart(12, '0')}`;
}

function groupBy(rows: readonly Row[], column: string): ReadonlyMap<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = valueOf(row, column);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

function readBaskets(): Basket[] {
  const tables = readOrders();
  const products = new Map(readProducts(tables).map(({ fields }) => [fields.externalId, fields]));
  const numbers = [...products.keys()].map(Number).toSorted((a, b) => a - b);
  const fresh = new Set(numbers.slice(-NEW_PRODUCTS));
  const itemOf = (line: Row): BasketItem => {
    const number = valueOf(line, 'productID');
    const product = products.get(number);
    const listUnitAmount = centsOf(valueOf(line, 'unitPrice'));
    return {
      productId: idOf(1, Number(number)),
      category: product?.category ?? null,
      collections: [
        ...(product?.status === 'discontinued' ? ['clearance'] : []),
        ...(fresh.has(Number(number)) ? ['new'] : []),
      ],
      quantity: Number(valueOf(line, 'quantity')),
      listUnitAmount,
      minimumPriceAmount: null,
      costAmount: shareOf(listUnitAmount, COST_BPS),
      priceBreaks: [],
    };
  };
  const linesOf = groupBy(tables.lines, 'orderID');
  const ordersOf = groupBy(tables.orders, 'customerID');
  const names = [...ordersOf.keys()].toSorted();
  return tables.orders.map((order) => {
    const name = valueOf(order, 'customerID');
    const own = ordersOf.get(name) ?? [];
    return {
      items: (linesOf.get(valueOf(order, 'orderID')) ?? []).map(itemOf),
      placedAt: dayOf(valueOf(order, 'orderDate')),
      customerId: idOf(3, names.indexOf(name)),
      isMember: own.length >= MEMBER_ORDERS,
      hasOrdered: own[0] !== order,
      freightAmount: centsOf(valueOf(order, 'freight')),
    };
  });
}

function tryPreset(
  preset: PresetName,
  { name, ...said }: ReturnType<(typeof presets)[number]['exampleOf']>,
  baskets: readonly Basket[],
): PresetFigures {
  const { type } = said.mechanic;
  const stackingClass = mechanicOf(type).classes[0] ?? 'product';
  // Dates would leave a week of two years; days of the month stay.
  const rule = { ...RULE_DEFAULTS, stackingClass, ...said, startsAt: null, endsAt: null };
  const campaign: Campaign = { id: idOf(4, 1), version: 1, name, state: 'running', rule };
  const shelf = shelve([campaign]);
  const units = startUnits(campaign);
  const results = baskets.map((basket) => {
    const outcome = priceOne(basket, shelf, units.leftFor(basket.customerId));
    units.take(basket.customerId, outcome);
    return resultOf(basket, outcome);
  });
  const total = (of: (result: Result) => bigint) => sumOf(results.map(of));
  return {
    preset,
    mechanic: type,
    basketCount: results.filter(({ isActing }) => isActing).length,
    discountAmount: total((result) => result.discountAmount),
    freightAmount: total((result) => result.freightAmount),
    giftCostAmount: total((result) => result.giftCostAmount),
    pointsCostAmount: total((result) => result.pointsCostAmount),
    netAmount: total((result) => result.netAmount),
    marginAmount: total((result) => result.marginAmount),
    guardedCount: results.reduce((sum, { guardedCount }) => sum + guardedCount, 0),
  };
}

/** What is left of the units of a flash sale, of all and for each customer, while baskets are priced one after the other. */
function startUnits({ id, rule: { mechanic } }: Campaign) {
  const items = mechanic.type === 'flash_sale' ? mechanic.items : [];
  const taken = new Map<string, number>();
  const leftOf = (limit: number, key: string) => Math.max(0, limit - (taken.get(key) ?? 0));
  return {
    leftFor(customerId: string): ReadonlyMap<string, LimitsLeft> {
      const units = items.map(
        ({ productId, stockQuantity }) => [productId, leftOf(stockQuantity, productId)] as const,
      );
      const own = items.map(
        ({ productId, perCustomerLimit = Number.MAX_SAFE_INTEGER }) =>
          [productId, leftOf(perCustomerLimit, `${productId}/${customerId}`)] as const,
      );
      const none = { uses: null, customerUses: null, periodUses: null, budgetAmount: null };
      return new Map([[id, { ...none, units: new Map(units), customerUnits: new Map(own) }]]);
    },
    take(customerId: string, { effects }: PricingOutcome): void {
      for (const { productId, quantity } of effects.flatMap((effect) => effect.units))
        for (const key of [productId, `${productId}/${customerId}`])
          taken.set(key, (taken.get(key) ?? 0) + quantity);
    },
  };
}

function priceOne(basket: Basket, shelf: Shelf, left: PricingFacts['left']): PricingOutcome {
  const { customerId, isMember, hasOrdered, placedAt, freightAmount } = basket;
  const gift = {
    productId: GEITOST.id,
    name: GEITOST.name,
    priceAmount: GEITOST.priceAmount,
    costAmount: shareOf(GEITOST.priceAmount, COST_BPS),
    availableQuantity: 1_000,
  };
  const facts: PricingFacts = {
    now: placedAt,
    timezone: 'UTC',
    channel: 'northwind',
    country: null,
    buyer: { customerId, segmentIds: new Set(isMember ? [SEGMENT_ID] : []), tierKey: null, hasOrdered },
    openedByCoupon: new Set(),
    left,
    gifts: new Map([[GEITOST.id, gift]]),
    minimumMarginBps: MINIMUM_MARGIN_BPS,
    pointsCostBps: POINTS_COST_BPS,
    ladderCombinesWith: ['order', 'freight'],
  };
  return priceCampaigns(basket.items, facts, shelf, { amountFor: () => freightAmount, isFixed: true });
}

type Result = ReturnType<typeof resultOf>;

function resultOf({ items }: Basket, outcome: PricingOutcome) {
  const { effects, trace, freightDiscountAmount: freightAmount } = outcome;
  const discountAmount = sumOf(effects.map((effect) => effect.discountAmount));
  const giftCostAmount = sumOf(effects.map((effect) => effect.giftCostAmount));
  const netAmount = sumOf(items.map(listOf)) - discountAmount;
  const pointsCostAmount = shareOf(
    netAmount,
    Math.round((POINTS_COST_BPS * (outcome.pointsMultiplierBps - 10_000)) / 10_000),
  );
  const given = freightAmount + giftCostAmount + pointsCostAmount;
  return {
    isActing: effects.length > 0,
    discountAmount,
    freightAmount,
    giftCostAmount,
    pointsCostAmount,
    netAmount,
    marginAmount: netAmount - sumOf(items.map(costOf)) - given,
    guardedCount:
      trace.clamps.length + trace.rejected.filter(({ reason }) => reason === 'below_floor').length,
  };
}

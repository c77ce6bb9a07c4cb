import fc, { type Arbitrary } from 'fast-check';
import type {
  BasketItem,
  Campaign,
  EntryItem,
  FreightQuote,
  GiftProduct,
  LimitsLeft,
  PricingFacts,
} from '../../src/modules/campaigns/engine/facts.ts';
import { STACKING_CLASSES, type StackingClass } from '../../src/modules/campaigns/engine/facts.ts';
import type { Mechanic } from '../../src/modules/campaigns/engine/mechanic.ts';
import { mechanics } from '../../src/modules/campaigns/mechanics.ts';
import { RULE_DEFAULTS } from '../../src/modules/campaigns/rule-schemas.ts';
import { anyParametersOf, GIFTS, PRODUCTS } from './mechanic-arbitraries.ts';
import { facts, freightOf, idOf } from './pricing.ts';

/** Everything that a price is computed from. */
export interface PricingCase {
  readonly items: readonly BasketItem[];
  readonly campaigns: readonly Campaign[];
  readonly facts: PricingFacts;
  readonly freight: FreightQuote;
}

const CATEGORIES = ['clothes', 'shoes'];
const COLLECTIONS = ['new', 'best_seller', 'clearance'] as const;
const SEGMENTS = [idOf('vip'), idOf('new')];
const TIERS = ['silver', 'gold'];

const anyAmount = fc.oneof(fc.bigInt({ min: 0n, max: 60n }), fc.bigInt({ min: 0n, max: 4_000n }));
const anyClasses = fc.oneof(
  fc.constant<StackingClass[]>([...STACKING_CLASSES]),
  fc.subarray([...STACKING_CLASSES]),
);
const mostly = <A, B = A>(usual: A, other: Arbitrary<B>): Arbitrary<A | B> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const anyEntry: Arbitrary<EntryItem> = fc.record({
  minimumMarginBps: fc.integer({ min: -5_000, max: 1_000 }),
  leftAmount: fc.bigInt({ min: 0n, max: 3_000n }),
});

type Product = Omit<BasketItem, 'quantity'>;
const shareOfPrice = fc.integer({ min: 0, max: 110 });
const anyProduct = (productId: string): Arbitrary<Product> =>
  fc
    .record({
      category: fc.constantFrom(null, ...CATEGORIES),
      collections: fc.subarray([...COLLECTIONS], { maxLength: 2 }),
      listUnitAmount: anyAmount,
      minimumPrice: fc.oneof(
        { weight: 3, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: shareOfPrice },
      ),
      cost: fc.option(shareOfPrice, { freq: 1 }),
      priceBreaks: mostly([], anyLadder),
      entry: mostly(undefined, anyEntry),
    })
    .map(({ minimumPrice, cost, entry, ...product }) => {
      const of = (share: number | null) =>
        share === null ? null : (product.listUnitAmount * BigInt(share)) / 100n;
      const floors = { minimumPriceAmount: of(minimumPrice), costAmount: of(cost) };
      return { productId, ...product, ...floors, ...(entry && { entry }) };
    });

const anyLadder = fc
  .uniqueArray(fc.record({ minimumQuantity: fc.integer({ min: 1, max: 8 }), unitAmount: anyAmount }), {
    minLength: 1,
    maxLength: 2,
    selector: ({ minimumQuantity }) => minimumQuantity,
  })
  .map((rungs) => rungs.toSorted((a, b) => a.minimumQuantity - b.minimumQuantity));

/** Lines of a few products; one product may be on several lines. */
const anyItems = (minLength: number, maxLength: number): Arbitrary<BasketItem[]> =>
  fc.tuple(...PRODUCTS.map(anyProduct)).chain((products) =>
    fc
      .array(
        fc.record({
          at: fc.nat(products.length - 1),
          quantity: fc.integer({ min: 1, max: 5 }),
          keptQuantity: mostly(0, fc.integer({ min: 1, max: 4 })),
        }),
        { minLength, maxLength, size: 'max' },
      )
      .map((lines) => lines.map(({ at, ...line }) => ({ ...(products[at] as Product), ...line }))),
  );

const anyTargets = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ productIds: fc.subarray(PRODUCTS, { minLength: 1, maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ categories: fc.subarray(CATEGORIES, { minLength: 1 }) }) },
  { weight: 1, arbitrary: fc.record({ collections: fc.subarray([...COLLECTIONS], { minLength: 1 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      excludedProductIds: fc.subarray(PRODUCTS),
      excludedCategories: fc.subarray(CATEGORIES),
    }),
  },
);

const anyLimit = mostly(null, fc.integer({ min: 1, max: 5 }));

/** When, for whom and how often: seldom, so that most campaigns act. */
const anyConditions = mostly(
  {},
  fc.record({
    channels: fc.subarray(['web', 'app']),
    countries: fc.subarray(['CN', 'DE']),
    excludedSegmentIds: fc.subarray(SEGMENTS, { maxLength: 1 }),
    isFirstOrderOnly: fc.boolean(),
    isCouponRequired: fc.boolean(),
    startsAt: fc.constantFrom(null, '2026-06-01T00:00:00.000Z', '2026-07-01T00:00:00.000Z'),
    endsAt: fc.constantFrom(null, '2026-06-18T04:00:00.000Z', '2026-08-01T00:00:00.000Z'),
    recurrence: fc.constantFrom(
      null,
      { kind: 'weekly' as const, weekdays: [4] },
      { kind: 'monthly' as const, monthDays: [-1] },
    ),
  }),
);

const anyStacking = fc.record({
  combinesWith: anyClasses,
  exclusiveGroup: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.constantFrom('a', 'b') },
  ),
  priority: fc.integer({ min: -1, max: 1 }),
  minimumAmount: mostly(null, fc.integer({ min: 1, max: 6_000 })),
  minimumAmountBasis: fc.constantFrom('list' as const, 'current' as const, 'after_order' as const),
  minimumQuantity: mostly(null, fc.integer({ min: 1, max: 6 })),
  usesLimit: anyLimit,
  usesPerCustomerLimit: mostly(null, fc.constant(1)),
  budgetAmount: mostly(null, fc.integer({ min: 1, max: 4_000 })),
});

/** A campaign of a mechanic; its id says its place, so that no two have the same. */
const anyCampaign = (mechanic: Mechanic, at: number): Arbitrary<Campaign> =>
  fc
    .record({
      parameters: anyParametersOf(mechanic),
      targets: anyTargets,
      conditions: anyConditions,
      stacking: anyStacking,
      stackingClass: fc.constantFrom(...mechanic.classes),
      segmentIds: mechanic.needsSegments
        ? fc.subarray(SEGMENTS, { minLength: 1 })
        : mostly([], fc.subarray(SEGMENTS)),
      tierKeys: mostly([], fc.subarray(TIERS)),
      state: mostly(
        'running' as const,
        fc.constantFrom('draft' as const, 'scheduled' as const, 'paused' as const, 'ended' as const),
      ),
    })
    .map(({ parameters, targets, conditions, stacking, stackingClass, segmentIds, tierKeys, state }) => ({
      id: idOf(`c${at}`),
      version: 1,
      name: `${mechanic.type} ${at}`,
      state,
      rule: {
        ...RULE_DEFAULTS,
        mechanic: parameters,
        stackingClass,
        segmentIds,
        tierKeys,
        ...stacking,
        ...targets,
        ...conditions,
      },
    }));

/** Any campaigns; the first is of the mechanic that is asked for. */
const anyCampaigns = (minLength: number, maxLength: number, first?: Mechanic): Arbitrary<Campaign[]> =>
  fc
    .array(fc.constantFrom(...mechanics), {
      minLength,
      maxLength: first ? maxLength - 1 : maxLength,
      size: 'max',
    })
    .chain((others) => {
      const all = first ? [first, ...others] : others;
      return all.length === 0 ? fc.constant([]) : fc.tuple(...all.map(anyCampaign));
    });

const anyGiftProducts: Arbitrary<ReadonlyMap<string, GiftProduct>> = fc
  .tuple(
    ...GIFTS.map((productId) =>
      fc.record({
        productId: fc.constant(productId),
        name: fc.constant('gift'),
        priceAmount: anyAmount,
        costAmount: fc.option(fc.bigInt({ min: 0n, max: 600n })),
        availableQuantity: fc.integer({ min: 0, max: 6 }),
      }),
    ),
  )
  .map((gifts) => new Map(gifts.map((gift) => [gift.productId, gift])));

const anyLeft: Arbitrary<LimitsLeft> = fc.record({
  uses: fc.constantFrom(null, 0, 1, 5),
  customerUses: fc.constantFrom(null, 1),
  periodUses: fc.constant(null),
  budgetAmount: fc.constantFrom(null, 0n, 300n, 2_000n),
  units: fc
    .dictionary(fc.constantFrom(...PRODUCTS), fc.nat(4))
    .map((units) => new Map(Object.entries(units))),
  customerUnits: fc
    .dictionary(fc.constantFrom(...PRODUCTS), fc.nat(4))
    .map((units) => new Map(Object.entries(units))),
});

const anyFacts = (campaigns: readonly Campaign[]): Arbitrary<PricingFacts> =>
  fc
    .record({
      country: fc.constantFrom('CN', 'CN', 'DE', null),
      buyer: fc.option(
        fc.record({
          customerId: fc.constant(idOf('buyer')),
          segmentIds: fc.subarray(SEGMENTS).map((ids) => new Set(ids)),
          tierKey: fc.constantFrom(...TIERS, null),
          hasOrdered: fc.boolean(),
        }),
        { freq: 3 },
      ),
      openedByCoupon: fc.subarray(campaigns.map(({ id }) => id)).map((ids) => new Set(ids)),
      left: fc
        .tuple(...campaigns.map(({ id }) => mostly(undefined, anyLeft).map((left) => [id, left] as const)))
        .map(
          (all) =>
            new Map(all.filter((pair): pair is readonly [string, LimitsLeft] => pair[1] !== undefined)),
        ),
      gifts: anyGiftProducts,
      minimumMarginBps: fc.constantFrom(0, 0, 500, 2_500),
      pointsCostBps: fc.constantFrom(0, 100, 1_000),
      ladderCombinesWith: anyClasses,
    })
    .map((changes) => facts(changes));

/** Freight that is always the same, or less from an amount of goods on. */
const anyFreight: Arbitrary<FreightQuote> = fc.oneof(
  anyAmount.map(freightOf),
  fc.tuple(anyAmount, anyAmount).map(([amount, freeFrom]) => ({
    isFixed: false,
    amountFor: (nets: readonly bigint[]) =>
      nets.reduce((sum, net) => sum + net, 0n) >= freeFrom ? 0n : amount,
  })),
);

export interface CaseSize {
  readonly lines: number;
  readonly campaigns: number;
  /** One of the campaigns has this mechanic. */
  readonly mechanic?: Mechanic;
  /** At least so many lines and campaigns; none, when absent. */
  readonly atLeast?: number;
}

/** Everything that a price is computed from, of a size. */
export const anyCase = ({ lines, campaigns, mechanic, atLeast = 0 }: CaseSize): Arbitrary<PricingCase> =>
  anyCampaigns(atLeast, campaigns, mechanic).chain((all) =>
    fc.record({
      items: anyItems(atLeast, lines),
      campaigns: fc.constant(all),
      facts: anyFacts(all),
      freight: anyFreight,
    }),
  );

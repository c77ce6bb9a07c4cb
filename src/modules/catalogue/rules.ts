import { isDeepStrictEqual } from 'node:util';
import { type Problem, platformErrors, type Violation } from '../../platform/errors.ts';
import { maxOf } from '../../platform/money.ts';
import { catalogueErrors } from './errors.ts';
import type { PriceBreak, ProductCollection, ProductRow, ProductStatus, StockRow } from './tables.ts';

export const PRODUCT_STATUSES = ['active', 'discontinued', 'archived'] as const satisfies ProductStatus[];
export const COLLECTIONS = ['new', 'best_seller', 'clearance'] as const satisfies ProductCollection[];
/** More pieces than any shop stores; sums of two such numbers still fit a Postgres integer. */
export const MAX_QUANTITY = 1_000_000_000;
const MAX_METADATA_KEYS = 50;
export const MAX_OPTIONS = 10;
export const MAX_LEAD_TIME_DAYS = 365;
/** More pieces than a line of an order can have. */
export const MAX_ORDER_STEP = 1_000_000;

/** What a caller decides about a product. */
export type ProductFields = Omit<
  ProductRow,
  'shopId' | 'id' | 'priceEffectiveAt' | 'version' | 'createdAt' | 'updatedAt'
>;
export type ProductInput = Partial<ProductFields>;
export type NewProductInput = ProductInput & Pick<ProductFields, 'name' | 'priceAmount'>;
/** A product as it is sent to be added, or to replace what is said about it. */
export interface WholeProduct {
  readonly fields: NewProductInput;
  /** The stock on hand that it is to have; absent: none when added, else as it is. */
  readonly onHandQuantity: number | undefined;
}
type MapPatch = Readonly<Record<string, string | null>>;
/** A JSON merge patch of a product. */
export type ProductChanges = Omit<ProductInput, 'options' | 'metadata'> & {
  readonly options?: MapPatch;
  readonly metadata?: MapPatch;
};

const UNSET: Omit<ProductFields, 'name' | 'priceAmount'> = {
  externalId: null,
  description: null,
  groupCode: null,
  options: {},
  category: null,
  collections: [],
  status: 'active',
  referenceAmount: null,
  costAmount: null,
  minimumPriceAmount: null,
  taxRateBps: 0,
  weightGrams: null,
  lengthMm: null,
  widthMm: null,
  heightMm: null,
  freightTemplateId: null,
  priceBreaks: [],
  leadTimeDays: 0,
  minimumOrderQuantity: 1,
  orderMultiple: 1,
  unitsPerPack: null,
  packsPerCarton: null,
  cartonWeightGrams: null,
  cartonLengthMm: null,
  cartonWidthMm: null,
  cartonHeightMm: null,
  returnExcludedReason: null,
  metadata: {},
};

/** The fields of a new product: what the input leaves out has its default. */
export const fieldsOfNew = (input: NewProductInput): ProductFields => tidy({ ...UNSET, ...input });

/** The fields after a change: what the input names is replaced whole, the rest stays. */
export const fieldsAfter = (current: ProductRow, input: ProductInput): ProductFields => {
  const {
    shopId: _s,
    id: _i,
    priceEffectiveAt: _p,
    version: _v,
    createdAt: _c,
    updatedAt: _u,
    ...fields
  } = current;
  return tidy({ ...fields, ...input });
};

// A collection is a set: the order in which it was sent says nothing.
const tidy = (fields: ProductFields): ProductFields => ({
  ...fields,
  collections: COLLECTIONS.filter((name) => fields.collections.includes(name)),
});

/** A merge patch as the input that it amounts to for one product. */
export const inputOf = (
  current: ProductRow,
  { options, metadata, ...rest }: ProductChanges,
): ProductInput => ({
  ...rest,
  ...(options && { options: mergeMap(current.options, options) }),
  ...(metadata && { metadata: mergeMap(current.metadata, metadata) }),
});

/** A map after a JSON merge patch: null removes a key, other values replace theirs. */
export function mergeMap(current: Readonly<Record<string, string>>, patch: MapPatch): Record<string, string> {
  const merged = new Map<string, string | null>([...Object.entries(current), ...Object.entries(patch)]);
  // Through entries: a key such as `__proto__` stays a key.
  return Object.fromEntries([...merged].filter((entry): entry is [string, string] => entry[1] !== null));
}

/** The names of the fields in which two versions of a product differ. */
export const changedFields = (before: ProductFields, after: ProductFields): (keyof ProductFields)[] =>
  (Object.keys(UNSET) as (keyof ProductFields)[])
    .concat('name', 'priceAmount')
    .filter((name) => !isDeepStrictEqual(before[name], after[name]));

/**
 * The moment at which a change takes effect: now, or one millisecond after the change before it. Clocks of two
 * processes differ, and a change that commits later must not get an earlier place in the history.
 */
export const momentAfter = (previous: Date, now: Date): Date =>
  now > previous ? now : new Date(previous.getTime() + 1);

/** Everything that is wrong with a product's figures; amounts in minor units. The first fault gives the code. */
export function findProductFault(fields: ProductFields): Problem | undefined {
  const faults = [...findMinimumFaults(fields), ...findBreakFaults(fields), ...findMapFaults(fields)];
  const [first] = faults;
  return first?.make(first.detail, {
    violations: faults.map(({ pointer, detail, make }) => violation(pointer, make.code, detail)),
  });
}

const violation = (pointer: string, code: string, detail: string): Violation => ({
  in: 'body',
  pointer,
  code,
  detail,
});

interface Fault {
  readonly make: typeof platformErrors.validation_failed;
  readonly pointer: string;
  readonly detail: string;
}

function findMinimumFaults({ priceAmount, minimumPriceAmount, priceBreaks }: ProductFields): Fault[] {
  if (minimumPriceAmount === null) return [];
  const make = catalogueErrors.price_below_minimum;
  const detail = `must not be below the minimum price of ${minimumPriceAmount}`;
  return [
    ...(priceAmount < minimumPriceAmount ? [{ make, pointer: '/priceAmount', detail }] : []),
    ...priceBreaks.flatMap(({ unitAmount }, i) =>
      BigInt(unitAmount) < minimumPriceAmount
        ? [{ make, pointer: `/priceBreaks/${i}/unitAmount`, detail }]
        : [],
    ),
  ];
}

function findBreakFaults({ priceAmount, priceBreaks }: ProductFields): Fault[] {
  const make = catalogueErrors.price_breaks_not_falling;
  let before: PriceBreak = { minimumQuantity: 1, unitAmount: Number(priceAmount) };
  return priceBreaks.flatMap((step, i) => {
    const { minimumQuantity, unitAmount } = before;
    before = step;
    return [
      ...(step.minimumQuantity > minimumQuantity
        ? []
        : [
            {
              make,
              pointer: `/priceBreaks/${i}/minimumQuantity`,
              detail: `must be more than ${minimumQuantity}`,
            },
          ]),
      ...(step.unitAmount < unitAmount
        ? []
        : [{ make, pointer: `/priceBreaks/${i}/unitAmount`, detail: `must be less than ${unitAmount}` }]),
    ];
  });
}

// A merge patch can add keys to those that are there, which its schema cannot count.
function findMapFaults({ metadata, options }: ProductFields): Fault[] {
  const make = platformErrors.validation_failed;
  const check = (map: object, pointer: string, most: number) =>
    Object.keys(map).length > most ? [{ make, pointer, detail: `must not have more than ${most} keys` }] : [];
  return [...check(metadata, '/metadata', MAX_METADATA_KEYS), ...check(options, '/options', MAX_OPTIONS)];
}

/**
 * The price per unit, in minor units, below which the product is never sold: the greater of its minimum price and
 * its cost plus the shop's minimum margin. A cost of 999 and 2,500 bps give 1,248.75, so 1,249.
 */
export function floorOf(
  product: Pick<ProductFields, 'minimumPriceAmount' | 'costAmount'>,
  minimumMarginBps: number,
): bigint {
  const cost = product.costAmount ?? 0n;
  const withMargin = (cost * (10_000n + BigInt(minimumMarginBps)) + 9_999n) / 10_000n;
  return maxOf(product.minimumPriceAmount ?? 0n, withMargin);
}

/** Why stock on hand cannot become `onHand` pieces, if so: below what is reserved, or beyond the API's range. */
export function findStockFault(
  stock: Pick<StockRow, 'reserved'>,
  onHand: number,
  pointer: string,
): Problem | undefined {
  if (onHand > MAX_QUANTITY) return catalogueErrors.stock_limit_exceeded(undefined, { pointer });
  if (onHand >= stock.reserved) return undefined;
  const detail = `${stock.reserved} pieces are reserved for orders, so ${onHand} on hand are not enough.`;
  return catalogueErrors.insufficient_stock(detail, { pointer });
}

export interface StockQuantity {
  readonly productId: string;
  readonly quantity: number;
}

/** Quantities summed per product, in order of id: two lines of one product are one demand on its stock. */
export function sumByProduct(items: readonly StockQuantity[]): StockQuantity[] {
  const sums = new Map<string, number>();
  for (const { productId, quantity } of items) sums.set(productId, (sums.get(productId) ?? 0) + quantity);
  return [...sums]
    .map(([productId, quantity]) => ({ productId, quantity }))
    .toSorted((a, b) => (a.productId < b.productId ? -1 : 1));
}

/** The places of values that came before in the list. */
export function findRepeated(values: readonly string[]): ReadonlySet<number> {
  const seen = new Set<string>();
  return new Set(values.flatMap((value, i) => (seen.size === seen.add(value).size ? [i] : [])));
}

const MAX_VIOLATIONS = 100;

/** `bulk_refused` with what is wrong with each item; pointers start at the request. */
export function problemOfAll(
  problems: readonly { readonly index: number; readonly problem: Problem }[],
): Problem {
  const violations = problems.flatMap(({ index, problem }) =>
    problem.violations.map((found) => ({ ...found, pointer: `/items/${index}${found.pointer}` })),
  );
  const detail = `${problems.length} of the items were refused, so nothing was written.`;
  return catalogueErrors.bulk_refused(detail, { violations: violations.slice(0, MAX_VIOLATIONS) });
}

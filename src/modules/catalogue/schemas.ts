import { type Static, type TProperties, Type } from '@sinclair/typebox';
import {
  BulkMode,
  mapOf,
  Metadata,
  MetadataUpdate,
  PositiveAmount,
  ProblemDetails,
  enumeration,
  externalId,
  instantText,
  model,
  nullableRef,
  nullableText,
  nullableUuid,
  pageOf,
  ref,
  text,
  toWire,
  toWireOrNull,
  uuid,
  versionNumber,
} from '../../platform/http/schema.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import {
  COLLECTIONS,
  MAX_OPTIONS,
  MAX_QUANTITY,
  PRODUCT_STATUSES,
  type ProductChanges,
  type WholeProduct,
} from './rules.ts';
import type { ProductRow } from './tables.ts';
import { presentTrade, tradeFields } from './trade-schemas.ts';

export const ProductStatus = enumeration(
  'ProductStatus',
  '`active`: on sale. `discontinued`: no longer sold, but known. `archived`: kept for the records only.',
  PRODUCT_STATUSES,
);
export const ProductCollection = enumeration(
  'ProductCollection',
  'A shelf that shops show products on.',
  COLLECTIONS,
);
const PRODUCT_SORTS = ['createdAt', '-createdAt', 'updatedAt', '-updatedAt', 'name', '-name'] as const;
export const ProductSort = enumeration('ProductSort', 'A leading minus sorts downwards.', PRODUCT_SORTS);

const ProductOptions = mapOf<string>(
  'ProductOptions',
  'What tells the variants of a group apart, such as colour and size.',
  { type: 'string', minLength: 1, maxLength: 100 },
  MAX_OPTIONS,
);
const ProductOptionsUpdate = mapOf<string | null>(
  'ProductOptionsUpdate',
  'Changes to options; null removes one.',
  { type: ['string', 'null'], minLength: 1, maxLength: 100 },
  MAX_OPTIONS,
);
export const PriceBreakModel = model('PriceBreak', 'A lower price per piece from a quantity on.', {
  minimumQuantity: Type.Integer({
    minimum: 2,
    maximum: MAX_QUANTITY,
    description: 'From so many pieces on.',
  }),
  unitAmount: ref(PositiveAmount, { description: 'What one piece then costs.' }),
});

const productName = text('What customers read.', 200);
const countedStock = Type.Integer({
  minimum: 0,
  maximum: MAX_QUANTITY,
  description:
    'Pieces in stock. For a product that exists: set to this number, never below what is reserved.',
});
const taxRateBps = Type.Integer({
  minimum: 0,
  maximum: 10_000,
  description: 'The tax that the price includes.',
});
const collections = Type.Array(ref(ProductCollection), {
  uniqueItems: true,
  maxItems: COLLECTIONS.length,
  description: 'The shelves it stands on.',
});
const priceBreaks = Type.Array(ref(PriceBreakModel), {
  maxItems: 20,
  description: 'Quantity prices, with rising quantities and falling prices.',
});
const weightGrams = Type.Unsafe<number | null>({
  type: ['integer', 'null'],
  minimum: 0,
  maximum: 100_000_000,
  description: 'The weight of one piece with its packing.',
});
const sideMm = (description: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, maximum: 100_000, description });
const described = {
  description: nullableText('What it is, in full.', { maxLength: 10_000 }),
  groupCode: nullableText('Variants of one thing share it.', { minLength: 1, maxLength: 100 }),
  category: nullableText('A code of your own, such as `beverages`.', { minLength: 1, maxLength: 100 }),
  referenceAmount: nullableRef(PositiveAmount, 'The crossed-out price. Refused where it would not be true.'),
  weightGrams,
  lengthMm: sideMm('The length of one piece with its packing.'),
  widthMm: sideMm('Its width.'),
  heightMm: sideMm('Its height.'),
  returnExcludedReason: nullableText('Set: it cannot be returned without a reason, and this is why.', {
    minLength: 1,
    maxLength: 500,
  }),
};
const internal = {
  externalId: externalId(),
  costAmount: nullableRef(PositiveAmount, 'What one piece costs you. Never shown to customers.'),
  minimumPriceAmount: nullableRef(PositiveAmount, 'No price may go below it. Never shown to customers.'),
  freightTemplateId: nullableUuid(
    'What sending it is charged by. The default template of the shop, when null.',
  ),
};

const optional = <T extends TProperties>(properties: T) => Type.Partial(Type.Object(properties)).properties;

const writable = {
  ...internal,
  ...described,
  options: ref(ProductOptions),
  collections,
  status: ref(ProductStatus),
  priceBreaks,
  ...tradeFields,
  taxRateBps,
  metadata: ref(Metadata),
};
export const ProductCreate = model(
  'ProductCreate',
  'A product to add, or all that is to be said about one.',
  {
    name: productName,
    priceAmount: ref(PositiveAmount, { description: 'The price of one piece, tax included.' }),
    ...optional({ ...writable, onHandQuantity: countedStock }),
  },
);
export const ProductUpdate = model('ProductUpdate', 'Changes to a product, as JSON merge patch.', {
  ...optional({
    name: productName,
    priceAmount: ref(PositiveAmount, { description: 'The price of one piece, tax included.' }),
    ...writable,
    options: ref(ProductOptionsUpdate),
    metadata: ref(MetadataUpdate),
  }),
});
export const Product = model('Product', 'One sellable thing. Its stock is a resource of its own.', {
  id: uuid('The product.'),
  name: productName,
  priceAmount: ref(PositiveAmount, { description: 'The price of one piece, tax included.' }),
  currency: ref(Currency),
  ...writable,
  priceEffectiveAt: instantText('Since when the price is in force.'),
  createdAt: instantText('When it was added.'),
  updatedAt: instantText('When it was last changed.'),
  version: versionNumber(),
});
export const ProductPage = pageOf('ProductPage', Product);

const ProductBulkItem = model(
  'ProductBulkItem',
  'A product to add, or to change if its externalId is known.',
  {
    ...ProductCreate.properties,
    externalId: text('The id in your own system.', 200),
  },
);
export const ProductBulkUpsert = model('ProductBulkUpsert', 'Products to add or change.', {
  mode: Type.Optional(
    ref(BulkMode, { description: 'What happens to the others when one is refused; `atomic` if absent.' }),
  ),
  items: Type.Array(ref(ProductBulkItem), { minItems: 1, maxItems: 1000, description: 'The products.' }),
});
const ProductBulkOutcome = model('ProductBulkOutcome', 'What became of one item.', {
  index: Type.Integer({ description: 'Its place in the request, from 0.' }),
  status: Type.Integer({
    description: '201: added. 200: changed, or as it was. Else the status of the refusal.',
  }),
  id: Type.Optional(uuid('The product.')),
  error: Type.Optional(
    ref(ProblemDetails, { description: 'Why it was refused; pointers start at the item.' }),
  ),
});
export const ProductBulkResult = model('ProductBulkResult', 'What became of each item.', {
  results: Type.Array(ref(ProductBulkOutcome), { description: 'In the order of the request.' }),
});

const AMOUNTS = new Set(['priceAmount', 'referenceAmount', 'costAmount', 'minimumPriceAmount']);
type AmountName = 'priceAmount' | 'referenceAmount' | 'costAmount' | 'minimumPriceAmount';
type WithBigints<T> = { [K in keyof T]: K extends AmountName ? bigint | Exclude<T[K], number> : T[K] };

const readAmounts = <T extends object>(body: T) =>
  Object.fromEntries(
    Object.entries(body as Record<string, unknown>).map(([name, value]) => [
      name,
      AMOUNTS.has(name) && typeof value === 'number' ? BigInt(value) : value,
    ]),
  ) as WithBigints<T>;

/** A whole product as it came in, with amounts as bigints. */
export function readProduct(body: Static<typeof ProductCreate>): WholeProduct {
  const { onHandQuantity, ...fields } = body;
  return { fields: readAmounts(fields), onHandQuantity };
}

/** A merge patch of a product as it came in, with amounts as bigints. */
export const readChanges = (body: Static<typeof ProductUpdate>): ProductChanges => readAmounts(body);

export const presentProduct = (row: ProductRow, currency: string): Static<typeof Product> => ({
  id: row.id,
  externalId: row.externalId,
  name: row.name,
  description: row.description,
  groupCode: row.groupCode,
  options: row.options,
  category: row.category,
  collections: row.collections,
  status: row.status,
  priceAmount: toWire(row.priceAmount),
  referenceAmount: toWireOrNull(row.referenceAmount),
  costAmount: toWireOrNull(row.costAmount),
  minimumPriceAmount: toWireOrNull(row.minimumPriceAmount),
  currency,
  taxRateBps: row.taxRateBps,
  weightGrams: row.weightGrams,
  lengthMm: row.lengthMm,
  widthMm: row.widthMm,
  heightMm: row.heightMm,
  freightTemplateId: row.freightTemplateId,
  priceBreaks: [...row.priceBreaks],
  ...presentTrade(row),
  returnExcludedReason: row.returnExcludedReason,
  metadata: row.metadata,
  priceEffectiveAt: row.priceEffectiveAt.toISOString(),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  version: row.version,
});

import { type Static, Type } from '@sinclair/typebox';
import { enumeration, model, pageOf, toWire, toWireOrNull } from '../../../platform/http/schema.ts';
import { Product } from '../schemas.ts';
import { presentTrade, tradeFields } from '../trade-schemas.ts';
import type { Offered } from './browse.ts';

const SORTS = ['createdAt', '-createdAt', 'name', '-name'] as const;
export const CatalogueSort = enumeration('CatalogueSort', 'A leading minus sorts downwards.', SORTS);

const shown = Type.Pick(Product, [
  'id',
  'externalId',
  'name',
  'description',
  'groupCode',
  'options',
  'category',
  'collections',
  'priceAmount',
  'referenceAmount',
  'currency',
  'taxRateBps',
  'weightGrams',
  'lengthMm',
  'widthMm',
  'heightMm',
  'priceBreaks',
  ...(Object.keys(tradeFields) as (keyof typeof tradeFields)[]),
  'returnExcludedReason',
]).properties;

// Cost, minimum price, metadata and stock figures are the shop's own business: they are not in this schema.
export const CatalogueProduct = model('CatalogueProduct', 'A product on sale, as customers see it.', {
  ...shown,
  inStock: Type.Boolean({ description: 'Whether any of it is left.' }),
});
export const CatalogueProductPage = pageOf('CatalogueProductPage', CatalogueProduct);

export const presentCatalogueProduct = (
  { product, inStock }: Offered,
  currency: string,
): Static<typeof CatalogueProduct> => ({
  id: product.id,
  externalId: product.externalId,
  name: product.name,
  description: product.description,
  groupCode: product.groupCode,
  options: product.options,
  category: product.category,
  collections: product.collections,
  priceAmount: toWire(product.priceAmount),
  referenceAmount: toWireOrNull(product.referenceAmount),
  currency,
  taxRateBps: product.taxRateBps,
  weightGrams: product.weightGrams,
  lengthMm: product.lengthMm,
  widthMm: product.widthMm,
  heightMm: product.heightMm,
  priceBreaks: [...product.priceBreaks],
  ...presentTrade(product),
  returnExcludedReason: product.returnExcludedReason,
  inStock,
});

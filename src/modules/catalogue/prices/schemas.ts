import { type Static, Type } from '@sinclair/typebox';
import {
  PositiveAmount,
  enumeration,
  instantText,
  model,
  nullableRef,
  pageOf,
  ref,
  toWire,
  toWireOrNull,
  uuid,
} from '../../../platform/http/schema.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import { PRICE_SOURCES, type PriceRow } from '../tables.ts';
import { MARKETS, PRIOR_PRICE_BASES, type PriorPrice } from './rules.ts';

export const PriorPriceMarket = enumeration('PriorPriceMarket', 'Whose law counts.', MARKETS);
const PriceSource = enumeration(
  'PriceSource',
  'The first price here, a change of it, or a price that was in force elsewhere before.',
  PRICE_SOURCES,
);
const PriorPriceBasis = enumeration(
  'PriorPriceBasis',
  'CN: `lowest_charged` in the window, else `last_charged`, else `never_sold`. EU: `lowest_offered` or `never_offered`.',
  PRIOR_PRICE_BASES,
);

export const Price = model('Price', 'A price of a product, in force until the next one.', {
  productId: uuid('The product.'),
  amount: ref(PositiveAmount, { description: 'What one piece costs, tax included.' }),
  currency: ref(Currency),
  effectiveAt: instantText('From when on it is in force.'),
  source: ref(PriceSource),
});
export const PricePage = pageOf('PricePage', Price);

export const BestPriorPrice = model(
  'BestPriorPrice',
  'The best price before a moment: what a crossed-out price may be.',
  {
    productId: uuid('The product.'),
    market: ref(PriorPriceMarket),
    at: instantText('The moment.'),
    windowDays: Type.Integer({ description: 'How many days before it count.' }),
    amount: nullableRef(PositiveAmount, 'Null when there was no price before.'),
    currency: ref(Currency),
    basis: ref(PriorPriceBasis),
  },
);

const PastPrice = model('PastPrice', 'A price that was in force elsewhere.', {
  amount: ref(PositiveAmount, { description: 'What one piece cost, tax included.' }),
  effectiveAt: instantText('From when on it was in force.'),
});
export const PastPrices = model('PastPrices', 'Prices from before the product came here.', {
  prices: Type.Array(ref(PastPrice), { minItems: 1, maxItems: 1000, description: 'In any order.' }),
});
export const PastPricesRecorded = model('PastPricesRecorded', 'What became of the prices.', {
  recordedCount: Type.Integer({ description: 'How many were new.' }),
  knownCount: Type.Integer({ description: 'How many were recorded before.' }),
});

export const readPastPrices = ({ prices }: Static<typeof PastPrices>) =>
  prices.map(({ amount, effectiveAt }) => ({ amount: BigInt(amount), effectiveAt: new Date(effectiveAt) }));

export const presentPrice = (row: PriceRow, currency: string): Static<typeof Price> => ({
  productId: row.productId,
  amount: toWire(row.amount),
  currency,
  effectiveAt: row.effectiveAt.toISOString(),
  source: row.source,
});

export const presentPriorPrice = (
  prior: PriorPrice & { readonly productId: string; readonly at: Date },
  currency: string,
): Static<typeof BestPriorPrice> => ({
  productId: prior.productId,
  market: prior.market,
  at: prior.at.toISOString(),
  windowDays: prior.windowDays,
  amount: toWireOrNull(prior.amount),
  currency,
  basis: prior.basis,
});

import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../platform/events/define.ts';
import { PositiveAmount, externalId, instantText, ref, text } from '../../platform/http/schema.ts';
import { Currency } from '../../platform/shops/schemas.ts';

export const productCreated = defineEvent(
  'product.created',
  'A product was added to the catalogue.',
  Type.Object({
    externalId: externalId(),
    priceAmount: ref(PositiveAmount, { description: 'The price of one piece, tax included.' }),
    currency: ref(Currency),
    onHandQuantity: Type.Integer({ description: 'Its opening stock.' }),
  }),
);

export const productUpdated = defineEvent(
  'product.updated',
  'Fields of a product were changed.',
  Type.Object({
    externalId: externalId(),
    changedFields: Type.Array(text('A field of the product.', 60), {
      description: 'The fields that changed.',
    }),
    version: Type.Integer({ description: 'The version of the product after the change.' }),
  }),
);

export const productPriceChanged = defineEvent(
  'product.price_changed',
  'The price of a product was changed.',
  Type.Object({
    externalId: externalId(),
    previousAmount: ref(PositiveAmount, { description: 'What one piece cost until then.' }),
    amount: ref(PositiveAmount, { description: 'What one piece costs from then on.' }),
    currency: ref(Currency),
    effectiveAt: instantText('From when on the new price is in force.'),
  }),
);

export const productStockAdjusted = defineEvent(
  'product.stock_adjusted',
  'The stock on hand was changed other than by selling or taking back.',
  Type.Object({
    externalId: externalId(),
    onHandChange: Type.Integer({ description: 'Positive: pieces came in.' }),
    onHandQuantity: Type.Integer({ description: 'The stock on hand after the change.' }),
    reason: text('Why.', 200),
  }),
);

export const catalogueEvents = [productCreated, productUpdated, productPriceChanged, productStockAdjusted];

import { Type } from '@sinclair/typebox';
import { defineSettings } from '../../platform/shops/settings.ts';

export const catalogueSettings = defineSettings(
  'catalogue',
  Type.Object({
    minimumMarginBps: Type.Integer({
      minimum: 0,
      maximum: 100_000,
      default: 0,
      description: 'No product is sold below its cost plus this margin.',
    }),
    lowStockThreshold: Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      default: 5,
      description: 'Stock counts as short when fewer pieces than this are available.',
    }),
    // The law names the windows; a shop may promise more than the law asks, never less.
    priorPriceDaysCn: Type.Integer({
      minimum: 7,
      maximum: 365,
      default: 7,
      description: 'How many days of sales the best prior price of CN looks back.',
    }),
    priorPriceDaysEu: Type.Integer({
      minimum: 30,
      maximum: 365,
      default: 30,
      description: 'How many days of offers the best prior price of EU looks back.',
    }),
  }),
);

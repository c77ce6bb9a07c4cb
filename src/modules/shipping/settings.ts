import { Type } from '@sinclair/typebox';
import { defineSettings } from '../../platform/shops/settings.ts';

export const shippingSettings = defineSettings(
  'shipping',
  Type.Object({
    freightTaxRateBps: Type.Integer({
      minimum: 0,
      maximum: 10_000,
      default: 0,
      description: 'The tax rate of freight, in basis points.',
    }),
  }),
);

import { Type } from '@sinclair/typebox';
import { defineSettings } from '../../platform/shops/settings.ts';

const amount = (description: string) =>
  Type.Integer({ minimum: 0, maximum: 999_999_999, default: 0, description });

export const shippingSettings = defineSettings(
  'shipping',
  Type.Object({
    freightRateAmount: amount('What freight costs per order, in minor units, tax included.'),
    freightFreeFromAmount: amount('Freight is free from this amount of goods on; 0: never.'),
    freightTaxRateBps: Type.Integer({
      minimum: 0,
      maximum: 10_000,
      default: 0,
      description: 'The tax rate of freight, in basis points.',
    }),
  }),
);

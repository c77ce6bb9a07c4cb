import { Type } from '@sinclair/typebox';
import { defineSettings } from '../../platform/shops/settings.ts';

export const loyaltySettings = defineSettings(
  'loyalty',
  Type.Object({
    redemptionHoldHours: Type.Integer({
      minimum: 1,
      maximum: 2_160,
      default: 24,
      description: 'How many hours gifts that a member asks for are kept until somebody confirms it.',
    }),
  }),
);

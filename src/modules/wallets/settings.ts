import { Type } from '@sinclair/typebox';
import { defineSettings } from '../../platform/shops/settings.ts';

export const walletsSettings = defineSettings(
  'wallets',
  Type.Object({
    couponPromiseDays: Type.Integer({
      minimum: 30,
      maximum: 1825,
      default: 365,
      description: 'For how many days something can be taken off by a coupon that was promised from now on.',
    }),
  }),
);

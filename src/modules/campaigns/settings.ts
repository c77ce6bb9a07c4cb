import { Type } from '@sinclair/typebox';
import { ref } from '../../platform/http/schema.ts';
import { defineSettings } from '../../platform/shops/settings.ts';
import { StackingClassName } from './rule-schemas.ts';

export const campaignsSettings = defineSettings(
  'campaigns',
  Type.Object({
    pointsCostBps: Type.Integer({
      minimum: 0,
      maximum: 10_000,
      default: 0,
      description:
        'What the points of a purchase cost the shop, as a share of what is paid, in basis points.',
    }),
    ladderCombinesWith: Type.Array(ref(StackingClassName), {
      maxItems: 3,
      uniqueItems: true,
      default: ['order', 'freight'],
      description:
        'Offers of these classes may act on goods that have a price of their product’s own ladder.',
    }),
    valueCouponDays: Type.Integer({
      minimum: 30,
      maximum: 1825,
      default: 365,
      description: 'For how many days a coupon of a value that is given from now on can be used.',
    }),
    valueCouponName: Type.String({
      minLength: 1,
      maxLength: 200,
      default: 'Amount off',
      description: 'What the definition of such coupons is called when it is first made.',
    }),
  }),
);

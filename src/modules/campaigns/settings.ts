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
  }),
);

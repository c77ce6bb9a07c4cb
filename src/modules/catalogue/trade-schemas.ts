import { Type } from '@sinclair/typebox';
import { MAX_LEAD_TIME_DAYS, MAX_ORDER_STEP } from './rules.ts';
import type { ProductRow } from './tables.ts';

const step = (description: string) => Type.Integer({ minimum: 1, maximum: MAX_ORDER_STEP, description });
const measure = (description: string, maximum: number) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, maximum, description });

/** What those who buy in quantities need to know of a product. */
export const tradeFields = {
  leadTimeDays: Type.Integer({
    minimum: 0,
    maximum: MAX_LEAD_TIME_DAYS,
    description:
      "How many working days it takes until it can leave, beside the shop's own. The longest of a basket counts.",
  }),
  minimumOrderQuantity: step('At least so many pieces are ordered together, over all lines of an order.'),
  orderMultiple: step('Only in multiples of so many pieces, over all lines of an order.'),
  unitsPerPack: measure('How many pieces are in a pack.', MAX_ORDER_STEP),
  packsPerCarton: measure('How many packs are in a carton.', MAX_ORDER_STEP),
  cartonWeightGrams: measure('What a full carton weighs.', 100_000_000),
  cartonLengthMm: measure('The length of a carton.', 1_000_000),
  cartonWidthMm: measure('The width of a carton.', 1_000_000),
  cartonHeightMm: measure('The height of a carton.', 1_000_000),
};

export const presentTrade = (row: ProductRow) => ({
  leadTimeDays: row.leadTimeDays,
  minimumOrderQuantity: row.minimumOrderQuantity,
  orderMultiple: row.orderMultiple,
  unitsPerPack: row.unitsPerPack,
  packsPerCarton: row.packsPerCarton,
  cartonWeightGrams: row.cartonWeightGrams,
  cartonLengthMm: row.cartonLengthMm,
  cartonWidthMm: row.cartonWidthMm,
  cartonHeightMm: row.cartonHeightMm,
});

import { Type } from '@sinclair/typebox';
import { model, ref } from '../../../platform/http/schema.ts';
import { shareOf } from '../../../platform/money.ts';
import { defineMechanic } from '../engine/mechanic.ts';
import { anyAmount, findEitherFaults, findTwice, parametersOf, rateBps } from './parameters.ts';

const Price = model('SegmentPriceItem', 'What a product costs for them.', {
  productId: Type.String({ format: 'uuid', description: 'The product.' }),
  unitAmount: anyAmount('What a unit costs.'),
});

/** A price of their own for the members of segments: for named products, or a share off all that the campaign covers. */
export const segmentPrice = defineMechanic({
  type: 'segment_price',
  parameters: parametersOf(
    'SegmentPrice',
    'segment_price',
    'A price of their own for the members of segments.',
    {
      prices: Type.Optional(
        Type.Array(ref(Price), { minItems: 1, maxItems: 500, description: 'By product.' }),
      ),
      rateBps: Type.Optional(rateBps('A share off everything that the campaign covers.')),
    },
  ),
  classes: ['product'],
  needsSegments: true,
  grainOf: () => 'line',
  productIdsOf: ({ prices = [] }) => prices.map(({ productId }) => productId),
  findFaults: ({ prices, rateBps: rate }) => [
    ...findEitherFaults('', prices, rate, 'prices and rateBps'),
    ...findTwice(
      (prices ?? []).map(({ productId }) => productId),
      (i) => `/prices/${i}/productId`,
    ),
  ],
  apply({ prices, rateBps: rate = 0 }, { lines }) {
    return {
      lines: lines.map(({ index, item, currentAmount }) => {
        const price = prices?.find(({ productId }) => productId === item.productId);
        const amount = price
          ? currentAmount - BigInt(price.unitAmount) * BigInt(item.quantity)
          : shareOf(currentAmount, rate);
        return { index, amount };
      }),
    };
  },
});

import { Type } from '@sinclair/typebox';
import { defineMechanic } from '../engine/mechanic.ts';
import { offCheapest } from './nth-item.ts';
import { basis, count, parametersOf, productIds, rateBps, unitsOf } from './parameters.ts';

/**
 * Who buys so many gets so many for less. Without products of their own, what is got is the cheapest of the same goods: buy 2, get 1
 * makes three of every three. With them, it is what of them lies in the basket: nothing is put there.
 */
export const buyXGetY = defineMechanic({
  type: 'buy_x_get_y',
  parameters: parametersOf('BuyXGetY', 'buy_x_get_y', 'Who buys some units gets others for less.', {
    buyQuantity: count('How many have to be bought.', 1_000),
    getQuantity: count('For how many the price falls.', 1_000),
    rateBps: rateBps('What comes off those; 10,000 is all of it.'),
    getProductIds: Type.Optional(
      productIds('What is got, of these products. When absent, of those that are bought.'),
    ),
    maximumTimes: Type.Optional(count('At most so often in one order.', 1_000)),
    basis: basis(),
  }),
  classes: ['product'],
  grainOf: () => 'scope',
  otherProductIdsOf: ({ getProductIds = [] }) => getProductIds,
  apply(parameters, { lines }) {
    const {
      buyQuantity,
      getQuantity,
      rateBps: rate,
      getProductIds,
      maximumTimes = Infinity,
      basis: by,
    } = parameters;
    const isGot = (productId: string) => getProductIds === undefined || getProductIds.includes(productId);
    const got = lines.filter(({ item }) => isGot(item.productId));
    const bought = getProductIds ? lines.filter(({ item }) => !isGot(item.productId)) : lines;
    const size = getProductIds ? buyQuantity : buyQuantity + getQuantity;
    const times = Math.min(maximumTimes, Math.floor(unitsOf(bought) / size));
    const units = Math.min(times * getQuantity, unitsOf(got));
    if (units === 0) return times === 0 ? 'below_minimum_quantity' : 'no_matching_item';
    return { lines: offCheapest(got, units, rate, by) };
  },
});

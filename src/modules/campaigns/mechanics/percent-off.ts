import { shareOf } from '../../../platform/money.ts';
import { defineMechanic } from '../engine/mechanic.ts';
import { basis, parametersOf, rateBps, totalOf, weigh } from './parameters.ts';

/** A share off. Of several lines it is of their sum, rounded once and split: 10 % of 0.33, 0.33 and 0.34 is 0.10: 0.03, 0.03, 0.04. */
export const percentOff = defineMechanic({
  type: 'percent_off',
  parameters: parametersOf('PercentOff', 'percent_off', 'A share off the price.', {
    rateBps: rateBps('What comes off.'),
    basis: basis(),
  }),
  classes: ['product', 'order'],
  grainOf: () => 'line',
  growsWithAmount: () => true,
  apply({ rateBps: rate, basis: by }, { lines }) {
    const amount = shareOf(totalOf(lines, by), rate);
    return { spread: { amount, over: weigh(lines, by), isMadeUp: false } };
  },
});

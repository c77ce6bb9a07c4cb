import { shareOf, splitByLargestRemainder } from '../../../platform/money.ts';
import { defineMechanic } from '../engine/mechanic.ts';
import { basis, lookAt, parametersOf, rateBps, totalOf } from './parameters.ts';

/** A share off. Of several lines it is of their sum, rounded once and split: 10 % of 0.33, 0.33 and 0.34 is 0.10: 0.03, 0.03, 0.04. */
export const percentOff = defineMechanic({
  type: 'percent_off',
  parameters: parametersOf('PercentOff', 'percent_off', 'A share off the price.', {
    rateBps: rateBps('What comes off.'),
    basis: basis(),
  }),
  classes: ['product', 'order'],
  grainOf: () => 'line',
  apply({ rateBps: rate, basis: by }, { lines }) {
    const shares = splitByLargestRemainder(
      shareOf(totalOf(lines, by), rate),
      lines.map((line) => lookAt(line, by)),
    );
    return { lines: lines.map(({ index }, i) => ({ index, amount: shares[i] ?? 0n })) };
  },
});

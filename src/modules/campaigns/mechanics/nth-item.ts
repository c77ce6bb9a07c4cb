import { enumeration, ref } from '../../../platform/http/schema.ts';
import { shareOf } from '../../../platform/money.ts';
import { defineMechanic, type ViewLine } from '../engine/mechanic.ts';
import {
  basis,
  cheapestFirst,
  count,
  lookAt,
  parametersOf,
  prefixOf,
  rateBps,
  takeUnits,
  unitsOf,
} from './parameters.ts';
import type { AmountBasis } from '../engine/facts.ts';

export const AcrossName = enumeration(
  'CountedAcross',
  'What counts together. `product`: the pieces of one product. `basket`: all that the campaign covers.',
  ['product', 'basket'],
);

/** A share off the cheapest so many units of lines. */
export const offCheapest = (lines: readonly ViewLine[], units: number, rate: number, by?: AmountBasis) =>
  takeUnits(cheapestFirst(lines, by), units).map(({ line, units: taken }) => ({
    index: line.index,
    amount: shareOf(prefixOf(lookAt(line, by), taken, line.item.quantity), rate),
  }));

/** Of every n units the cheapest costs less: the second at half price makes 20.00, 10.00 and 30.00 cost 55.00. */
export const nthItem = defineMechanic({
  type: 'nth_item',
  parameters: parametersOf('NthItem', 'nth_item', 'Of every n units the cheapest costs less.', {
    n: count('How many units make one that costs less.', 1_000, 2),
    rateBps: rateBps('What comes off that unit; 10,000 is all of it.'),
    across: ref(AcrossName, { description: 'What counts together.' }),
    basis: basis(),
  }),
  classes: ['product'],
  grainOf: ({ across }) => (across === 'product' ? 'product' : 'scope'),
  apply({ n, rateBps: rate, basis: by }, { lines }) {
    const units = Math.floor(unitsOf(lines) / n);
    return units === 0 ? 'below_minimum_quantity' : { lines: offCheapest(lines, units, rate, by) };
  },
});

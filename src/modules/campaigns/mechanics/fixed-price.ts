import { defineMechanic } from '../engine/mechanic.ts';
import { anyAmount, parametersOf } from './parameters.ts';

/** Every unit costs this. Three at 36.00 for 30.00 each are 18.00 less. */
export const fixedPrice = defineMechanic({
  type: 'fixed_price',
  parameters: parametersOf('FixedPrice', 'fixed_price', 'Every unit costs the same.', {
    unitAmount: anyAmount('What a unit costs.'),
  }),
  classes: ['product'],
  grainOf: () => 'line',
  apply({ unitAmount }, { lines }) {
    const shares = lines.map(({ index, item, currentAmount }) => ({
      index,
      amount: currentAmount - BigInt(unitAmount) * BigInt(item.quantity),
    }));
    return { lines: shares };
  },
});

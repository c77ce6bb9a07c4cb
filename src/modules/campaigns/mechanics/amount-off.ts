import { enumeration, ref } from '../../../platform/http/schema.ts';
import { minOf } from '../../../platform/money.ts';
import { defineMechanic } from '../engine/mechanic.ts';
import { amountOf, basis, lookAt, parametersOf, weigh } from './parameters.ts';

const Per = enumeration('AmountOffPer', '`unit`: off each unit. `basket`: once, off all of them together.', [
  'unit',
  'basket',
]);

/** An amount off each unit, or off all that it covers: 10.00 off 36.00 and 18.00 is 6.67 and 3.33. Never more than is there. */
export const amountOff = defineMechanic({
  type: 'amount_off',
  parameters: parametersOf('AmountOff', 'amount_off', 'An amount off the price.', {
    amount: amountOf('What comes off, in minor units.'),
    per: ref(Per, { description: 'Off what it comes.' }),
    basis: basis(),
  }),
  classes: ['product', 'order'],
  grainOf: ({ per }) => (per === 'unit' ? 'line' : 'scope'),
  growsWithAmount: () => true,
  apply({ amount, per, basis: by }, { lines }) {
    if (per === 'basket')
      return { spread: { amount: BigInt(amount), over: weigh(lines, by), isMadeUp: true } };
    return {
      lines: lines.map((line) => ({
        index: line.index,
        amount: minOf(BigInt(amount) * BigInt(line.item.quantity), lookAt(line, by)),
      })),
    };
  },
});

import { Type } from '@sinclair/typebox';
import { model, ref } from '../../../platform/http/schema.ts';
import { defineMechanic } from '../engine/mechanic.ts';
import { anyAmount, basis, count, findStepFaults, findTwice, parametersOf, totalOf } from './parameters.ts';

const Pieces = model('GiftPieces', 'Pieces of a product that are given away.', {
  productId: Type.String({ format: 'uuid', description: 'The product. It has to be for sale, with stock.' }),
  quantity: count('How many.', 1_000),
});
const Step = model('GiftStep', 'What is given from an amount on.', {
  fromAmount: anyAmount('What the lines have to come to, in minor units; 0: any purchase.'),
  gifts: Type.Array(ref(Pieces), { minItems: 1, maxItems: 10, description: 'What is given.' }),
});

/**
 * Goods on top, as lines at price 0. The highest step that is reached counts. What they cost the shop counts as cost of the lines that
 * earn them; a gift that these cannot bear, or that is not there, is not promised.
 */
export const gift = defineMechanic({
  type: 'gift',
  parameters: parametersOf('Gift', 'gift', 'Goods on top of what is bought.', {
    steps: Type.Array(ref(Step), {
      minItems: 1,
      maxItems: 20,
      description: 'Rising; the highest that is reached counts.',
    }),
    basis: basis(),
  }),
  classes: ['product', 'order'],
  grainOf: () => 'scope',
  giftIdsOf: ({ steps }) => steps.flatMap((step) => step.gifts.map(({ productId }) => productId)),
  findFaults: ({ steps }) => [
    ...findStepFaults(steps, 'fromAmount'),
    ...steps.flatMap((step, i) =>
      findTwice(
        step.gifts.map(({ productId }) => productId),
        (at) => `/steps/${i}/gifts/${at}/productId`,
      ),
    ),
  ],
  apply({ steps, basis: by }, { lines }) {
    const total = totalOf(lines, by);
    const step = steps.findLast(({ fromAmount }) => total >= BigInt(fromAmount));
    return step ? { gifts: step.gifts } : 'below_minimum_amount';
  },
});

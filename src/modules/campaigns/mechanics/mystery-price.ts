import { createHash } from 'node:crypto';
import { Type } from '@sinclair/typebox';
import { model, ref } from '../../../platform/http/schema.ts';
import { shareOf } from '../../../platform/money.ts';
import { defineMechanic } from '../engine/mechanic.ts';
import { count, parametersOf, rateBps, text16 } from './parameters.ts';

const Step = model('MysteryStep', 'One of the discounts that a product can have.', {
  rateBps: rateBps('What comes off.'),
  weight: count('How often it occurs among the products, against the weights of the others.', 1_000_000),
});

/** Which of the steps a product has: the same for everybody, and known to nobody without the seed. */
function drawStep(
  {
    seed,
    steps,
  }: {
    readonly seed: string;
    readonly steps: readonly { readonly rateBps: number; readonly weight: number }[];
  },
  productId: string,
): number {
  const total = steps.reduce((sum, { weight }) => sum + weight, 0);
  // 48 bits against at most 20 million: what the remainder favours is below one in ten million.
  const drawn = createHash('sha256').update(`${seed}/${productId}`).digest().readUIntBE(0, 6) % total;
  let sum = 0;
  return steps.findIndex(({ weight }) => (sum += weight) > drawn);
}

/**
 * A price that nobody sees before the basket is priced. It is drawn for each product and not for each customer: whoever asks, gets the
 * same, because a price that differs by person would have to say why.
 */
export const mysteryPrice = defineMechanic({
  type: 'mystery_price',
  parameters: parametersOf('MysteryPrice', 'mystery_price', 'A price that shows itself in the basket.', {
    steps: Type.Array(ref(Step), { minItems: 2, maxItems: 20, description: 'What can come off.' }),
    seed: text16('What the steps of products are drawn by. Keep it to yourself while the campaign runs.'),
  }),
  classes: ['product'],
  grainOf: () => 'line',
  apply(parameters, { lines }) {
    return {
      lines: lines.map(({ index, item, currentAmount }) => {
        const step = parameters.steps[drawStep(parameters, item.productId)];
        return { index, amount: shareOf(currentAmount, step?.rateBps ?? 0) };
      }),
    };
  },
});

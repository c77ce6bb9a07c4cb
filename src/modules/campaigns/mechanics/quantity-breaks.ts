import { Type } from '@sinclair/typebox';
import { model, ref } from '../../../platform/http/schema.ts';
import { shareOf } from '../../../platform/money.ts';
import { defineMechanic, type ViewLine } from '../engine/mechanic.ts';
import { AcrossName } from './nth-item.ts';
import { basis, count, findStepFaults, lookAt, parametersOf, rateBps } from './parameters.ts';

const Step = model('QuantityStep', 'What comes off from a quantity on.', {
  minimumQuantity: count('How many units it takes.'),
  rateBps: rateBps('The share that comes off each unit.'),
});

/** How many units count: those of the lines, with what the order has of the products already. */
export function countedUnits(lines: readonly ViewLine[]): number {
  const kept = new Map(lines.map(({ item }) => [item.productId, item.keptQuantity ?? 0]));
  return lines.reduce(
    (sum, { item }) => sum + item.quantity,
    [...kept.values()].reduce((a, b) => a + b, 0),
  );
}

/** The more units, the cheaper each of them: from 10 on 5 %, from 50 on 12 %. */
export const quantityBreaks = defineMechanic({
  type: 'quantity_breaks',
  parameters: parametersOf('QuantityBreaks', 'quantity_breaks', 'The more units, the cheaper each of them.', {
    steps: Type.Array(ref(Step), {
      minItems: 1,
      maxItems: 20,
      description: 'Rising; the highest that is reached counts.',
    }),
    across: ref(AcrossName, { description: 'What counts together.' }),
    basis: basis(),
  }),
  classes: ['product'],
  grainOf: ({ across }) => (across === 'product' ? 'product' : 'scope'),
  findFaults: ({ steps }) => [
    ...findStepFaults(steps, 'minimumQuantity'),
    ...findStepFaults(steps, 'rateBps'),
  ],
  apply({ steps, basis: by }, { lines }) {
    const units = countedUnits(lines);
    const step = steps.findLast(({ minimumQuantity }) => units >= minimumQuantity);
    if (!step) return 'below_minimum_quantity';
    return {
      lines: lines.map((line) => ({ index: line.index, amount: shareOf(lookAt(line, by), step.rateBps) })),
    };
  },
});

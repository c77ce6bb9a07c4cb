import { Type } from '@sinclair/typebox';
import { model, ref } from '../../../platform/http/schema.ts';
import { shareOf } from '../../../platform/money.ts';
import { defineMechanic } from '../engine/mechanic.ts';
import {
  amountOf,
  basis,
  findEitherFaults,
  findStepFaults,
  parametersOf,
  rateBps,
  totalOf,
  weigh,
} from './parameters.ts';

const Step = model('SpendStep', 'What comes off from an amount on: an amount or a share.', {
  fromAmount: amountOf('What the lines have to come to, in minor units.'),
  amount: Type.Optional(amountOf('What comes off, in minor units.')),
  rateBps: Type.Optional(rateBps('The share that comes off.')),
});

/**
 * The highest step that is reached takes off an amount or a share, spread over the lines. Repeated, the last step counts as often as it
 * fits: 10.00 off every 100.00 takes 30.00 off 345.00.
 */
export const spendSteps = defineMechanic({
  type: 'spend_steps',
  parameters: parametersOf('SpendSteps', 'spend_steps', 'The more is spent, the more comes off.', {
    steps: Type.Array(ref(Step), {
      minItems: 1,
      maxItems: 20,
      description: 'Rising; the highest that is reached counts.',
    }),
    isRepeated: Type.Optional(
      Type.Boolean({ description: 'The only step takes off its amount as often as it is reached.' }),
    ),
    basis: basis(),
  }),
  classes: ['order', 'product'],
  grainOf: () => 'scope',
  findFaults: ({ steps, isRepeated = false }) => [
    ...findStepFaults(steps, 'fromAmount'),
    ...steps.flatMap((step, i) =>
      findEitherFaults(`/steps/${i}`, step.amount, step.rateBps, 'amount and rateBps'),
    ),
    ...(isRepeated && (steps.length > 1 || steps[0]?.amount === undefined)
      ? [{ pointer: '/isRepeated', detail: 'is for one step with an amount' }]
      : []),
  ],
  // A higher step may take off less than the one before.
  growsWithAmount: ({ steps }) => steps.length === 1,
  apply({ steps, isRepeated = false, basis: by }, { lines }) {
    const total = totalOf(lines, by);
    const step = steps.findLast(({ fromAmount }) => total >= BigInt(fromAmount));
    if (!step) return 'below_minimum_amount';
    const times = isRepeated ? total / BigInt(step.fromAmount) : 1n;
    const amount =
      step.amount === undefined ? shareOf(total, step.rateBps ?? 0) : BigInt(step.amount) * times;
    return { spread: { amount, over: weigh(lines, by), isMadeUp: step.amount !== undefined } };
  },
});

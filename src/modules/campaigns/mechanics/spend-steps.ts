import { type Static, Type } from '@sinclair/typebox';
import { model, ref } from '../../../platform/http/schema.ts';
import { shareOf } from '../../../platform/money.ts';
import { defineMechanic, type ParameterFault } from '../engine/mechanic.ts';
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

type SpendStep = Static<typeof Step>;

const offAt = (step: SpendStep, total: bigint): bigint =>
  step.amount === undefined ? shareOf(total, step.rateBps ?? 0) : BigInt(step.amount);

/** Steps that take off less than the one before does: who spends more would pay for it. */
const findFallingSteps = (steps: readonly SpendStep[]): ParameterFault[] =>
  steps.flatMap((step, i): ParameterFault[] => {
    const before = steps[i - 1];
    const total = BigInt(step.fromAmount);
    if (!before || offAt(step, total) >= offAt(before, total)) return [];
    const detail = `takes off ${offAt(step, total)} at ${total}, and the step before ${offAt(before, total)}`;
    return [{ pointer: `/steps/${i}`, detail }];
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
    ...findFallingSteps(steps),
    ...steps.flatMap((step, i) =>
      findEitherFaults(`/steps/${i}`, step.amount, step.rateBps, 'amount and rateBps'),
    ),
    ...(isRepeated && (steps.length > 1 || steps[0]?.amount === undefined)
      ? [{ pointer: '/isRepeated', detail: 'is for one step with an amount' }]
      : []),
  ],
  growsWithAmount: ({ steps }) => findFallingSteps(steps).length === 0,
  apply({ steps, isRepeated = false, basis: by }, { lines }) {
    const total = totalOf(lines, by);
    const step = steps.findLast(({ fromAmount }) => total >= BigInt(fromAmount));
    if (!step) return 'below_minimum_amount';
    const times = isRepeated ? total / BigInt(step.fromAmount) : 1n;
    const amount = offAt(step, total) * times;
    return { spread: { amount, over: weigh(lines, by), isMadeUp: step.amount !== undefined } };
  },
});

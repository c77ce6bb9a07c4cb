import { defineFormat } from '../format.ts';
import {
  findWorseNumber,
  findWorseSteps,
  findStepFaults,
  parametersOf,
  promisedBySteps,
  rewardsOfSteps,
  someAmount,
  steps,
} from './parameters.ts';

/** Gifts for what is loaded on stored-value cards. Example: for 500.00 a gift, for 1,000.00 two: steps at 1 and 2 with a unit of 500.00. */
export const topUp = defineFormat({
  type: 'top_up',
  parameters: parametersOf('TopUp', 'top_up', 'Gifts for what is loaded on stored-value cards.', {
    unitAmount: someAmount('A paid load counts once for each of these, without its bonus.'),
    steps: steps('What a customer gets for all loads while it runs.'),
  }),
  joining: 'by_source',
  counts: { card_load: ({ unitAmount }, amount) => Number(amount / BigInt(unitAmount)) },
  stepsOf: (parameters) => parameters.steps,
  rewardsOf: (parameters) => rewardsOfSteps(parameters.steps),
  promisedAmount: (parameters) => promisedBySteps(parameters.steps),
  findFaults: (parameters) => findStepFaults(parameters.steps),
  findWorse: (before, after) => [
    ...findWorseSteps(before.steps, after.steps),
    ...findWorseNumber('/unitAmount', before.unitAmount, after.unitAmount, 'lower'),
  ],
});

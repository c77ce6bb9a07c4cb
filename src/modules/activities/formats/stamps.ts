import { defineFormat } from '../format.ts';
import {
  findStepFaults,
  findWorseNumber,
  findWorseSteps,
  parametersOf,
  promisedBySteps,
  rewardsOfSteps,
  someAmount,
  steps,
} from './parameters.ts';

/** A stamp for each order from an amount on. Example: every fifth order of 50.00 or more brings a gift. */
export const stamps = defineFormat({
  type: 'stamps',
  parameters: parametersOf('Stamps', 'stamps', 'A stamp for each order; some stamps bring something.', {
    fromAmount: someAmount('What the goods of an order come to, after discounts, to be worth a stamp.'),
    steps: steps('What a card of stamps gets.'),
  }),
  joining: 'by_source',
  counts: { order: ({ fromAmount }, amount) => (amount >= BigInt(fromAmount) ? 1 : 0) },
  stepsOf: (parameters) => parameters.steps,
  rewardsOf: (parameters) => rewardsOfSteps(parameters.steps),
  promisedAmount: (parameters) => promisedBySteps(parameters.steps),
  findFaults: (parameters) => findStepFaults(parameters.steps),
  findWorse: (before, after) => [
    ...findWorseSteps(before.steps, after.steps),
    ...findWorseNumber('/fromAmount', before.fromAmount, after.fromAmount, 'lower'),
  ],
});

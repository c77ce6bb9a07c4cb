import { Type } from '@sinclair/typebox';
import { defineFormat } from '../format.ts';
import {
  count,
  findStepFaults,
  findWorseNumber,
  findWorseSteps,
  parametersOf,
  promisedBySteps,
  rewardsOfSteps,
  steps,
} from './parameters.ts';

/** A customer opens a collection and passes it on; each helper counts once. Example: gifts at 58 and at 98 likes. */
export const likes = defineFormat({
  type: 'likes',
  parameters: parametersOf(
    'Likes',
    'likes',
    'A customer collects likes of helpers, each of whom counts once.',
    {
      steps: steps('What a collection gets.'),
      openHours: Type.Unsafe<number | null>({
        type: ['integer', 'null'],
        minimum: 1,
        maximum: 8_760,
        description:
          'For so many hours after it was opened a collection takes likes. Null: as long as the activity runs.',
      }),
      helpsPerDay: count(
        'How many collections one helper can like on one day, in the shop’s time zone.',
        1_000,
      ),
      ringSize: Type.Integer({
        minimum: 2,
        maximum: 3,
        description:
          'A like is refused that would close a ring of at most so many customers who like each other’s collections. 2: two who like one another.',
      }),
    },
  ),
  isSharing: true,
  joining: 'by_request',
  closesAfterHours: ({ openHours }) => openHours,
  stepsOf: (parameters) => parameters.steps,
  rewardsOf: (parameters) => rewardsOfSteps(parameters.steps),
  promisedAmount: (parameters) => promisedBySteps(parameters.steps),
  findFaults: (parameters) => findStepFaults(parameters.steps),
  findWorse: (before, after) => [
    ...findWorseSteps(before.steps, after.steps),
    ...findWorseNumber('/openHours', before.openHours, after.openHours, 'higher'),
    ...findWorseNumber('/helpsPerDay', before.helpsPerDay, after.helpsPerDay, 'higher'),
    ...findWorseNumber('/ringSize', before.ringSize, after.ringSize, 'lower'),
  ],
});

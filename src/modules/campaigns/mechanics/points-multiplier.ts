import { Type } from '@sinclair/typebox';
import { defineMechanic } from '../engine/mechanic.ts';
import { parametersOf } from './parameters.ts';

/** More points for the purchase: 20,000 doubles them. What the additional ones cost the shop counts as cost of the lines. */
export const pointsMultiplier = defineMechanic({
  type: 'points_multiplier',
  parameters: parametersOf('PointsMultiplier', 'points_multiplier', 'More points for the purchase.', {
    multiplierBps: Type.Integer({
      minimum: 10_001,
      maximum: 1_000_000,
      description: 'By how much points are multiplied, in basis points: 20,000 doubles them.',
    }),
  }),
  classes: ['order'],
  grainOf: () => 'scope',
  // Points take nothing off.
  growsWithAmount: () => true,
  apply: ({ multiplierBps }) => ({ pointsMultiplierBps: multiplierBps }),
});

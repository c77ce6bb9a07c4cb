import { Type } from '@sinclair/typebox';
import { minOf, shareOf } from '../../../platform/money.ts';
import { defineMechanic } from '../engine/mechanic.ts';
import { amountOf, parametersOf, rateBps } from './parameters.ts';

/** Freight for less or for nothing: all of 12.00, but at most 10.00, leaves 2.00. */
export const freeFreight = defineMechanic({
  type: 'free_freight',
  parameters: parametersOf('FreeFreight', 'free_freight', 'Freight for less or for nothing.', {
    rateBps: rateBps('What comes off freight; 10,000 is all of it.'),
    maximumAmount: Type.Optional(amountOf('At most this comes off, in minor units.')),
  }),
  classes: ['freight'],
  grainOf: () => 'scope',
  growsWithAmount: () => true,
  apply({ rateBps: rate, maximumAmount }, { freightAmount }) {
    const amount = shareOf(freightAmount, rate);
    return { freightAmount: maximumAmount === undefined ? amount : minOf(amount, BigInt(maximumAmount)) };
  },
});

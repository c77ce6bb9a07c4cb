import { Type } from '@sinclair/typebox';
import { maxOf } from '../../../platform/money.ts';
import { defineMechanic } from '../engine/mechanic.ts';
import { countedUnits } from './quantity-breaks.ts';

/**
 * The ladder that a product has in the catalogue. Every shop runs it and no campaign names it, so it is not in the registry. A rung below
 * the floor of the product is as low as that: at 18.00, from 50 on 12.00 with a floor of 13.00, fifty cost 13.00 each.
 */
export const ownLadder = defineMechanic({
  type: 'own_ladder',
  // Nobody writes them, so the document has no name for them.
  parameters: Type.Object({ type: Type.Literal('own_ladder') }),
  classes: ['product'],
  grainOf: () => 'product',
  apply(_parameters, { lines }) {
    const [first] = lines;
    const rung = first?.item.priceBreaks.findLast(
      ({ minimumQuantity }) => countedUnits(lines) >= minimumQuantity,
    );
    if (!first || !rung) return 'below_minimum_quantity';
    const unitAmount = maxOf(rung.unitAmount, first.floorUnitAmount);
    return {
      lines: lines.map(({ index, item }) => ({
        index,
        amount: (item.listUnitAmount - unitAmount) * BigInt(item.quantity),
      })),
      rung: { minimumQuantity: rung.minimumQuantity, unitAmount },
    };
  },
});

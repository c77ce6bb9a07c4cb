import { Type } from '@sinclair/typebox';
import { model, ref } from '../../../platform/http/schema.ts';
import { defineMechanic } from '../engine/mechanic.ts';
import { anyAmount, count, findTwice, parametersOf, prefixOf, takeUnits, unitsOf } from './parameters.ts';

const Item = model('FlashSaleItem', 'A product of a flash sale.', {
  productId: Type.String({ format: 'uuid', description: 'The product.' }),
  unitAmount: anyAmount('What a unit costs, while there are some.'),
  stockQuantity: count('How many are sold at this price.', 100_000_000),
  perCustomerLimit: Type.Optional(count('At most so many for one customer, who then has to be known.')),
});

/**
 * A low price for a number of pieces that the sale has for itself, and for at most so many per customer. What is beyond that costs what
 * it always does: five pieces, of which three are left at 9.90 instead of 15.00, are 15.30 less.
 */
export const flashSale = defineMechanic({
  type: 'flash_sale',
  parameters: parametersOf('FlashSale', 'flash_sale', 'A low price for a number of pieces.', {
    items: Type.Array(ref(Item), { minItems: 1, maxItems: 500, description: 'The products, each once.' }),
  }),
  classes: ['product'],
  grainOf: () => 'product',
  productIdsOf: ({ items }) => items.map(({ productId }) => productId),
  findFaults: ({ items }) =>
    findTwice(
      items.map(({ productId }) => productId),
      (i) => `/items/${i}/productId`,
    ),
  apply({ items }, { lines, left }) {
    const [first] = lines;
    const offered = items.find(({ productId }) => productId === first?.item.productId);
    if (!first || !offered) return 'no_matching_item';
    const inStock = left?.units.get(offered.productId) ?? offered.stockQuantity;
    if (inStock <= 0) return 'sold_out';
    const forCustomer = left?.customerUnits.get(offered.productId) ?? offered.perCustomerLimit ?? Infinity;
    if (Math.min(inStock, forCustomer) <= 0) return 'customer_limit_reached';
    const unitAmount = BigInt(offered.unitAmount);
    // Pieces that something else makes as cheap already do not use up the stock of the sale.
    const dearer = lines.filter(
      ({ currentAmount, item }) => currentAmount > unitAmount * BigInt(item.quantity),
    );
    const units = Math.min(inStock, forCustomer, unitsOf(dearer));
    return {
      lines: takeUnits(dearer, units).map(({ line, units: taken }) => ({
        index: line.index,
        amount: prefixOf(line.currentAmount, taken, line.item.quantity) - unitAmount * BigInt(taken),
      })),
      taken: [{ productId: offered.productId, quantity: units }],
    };
  },
});

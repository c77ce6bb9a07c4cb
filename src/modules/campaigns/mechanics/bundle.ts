import { Type } from '@sinclair/typebox';
import { model, ref } from '../../../platform/http/schema.ts';
import { shareOf, sumOf } from '../../../platform/money.ts';
import type { AmountBasis } from '../engine/facts.ts';
import { defineMechanic, type LineShare, type ViewLine } from '../engine/mechanic.ts';
import {
  anyAmount,
  basis,
  cheapestFirst,
  count,
  findEitherFaults,
  findTwice,
  lookAt,
  parametersOf,
  prefixOf,
  productIds,
  rateBps,
  takeUnits,
  unitsOf,
} from './parameters.ts';

const Part = model('BundlePart', 'What a bundle has of one kind.', {
  productIds: productIds('One of these products.'),
  quantity: count('How many of them.', 1_000),
});

/**
 * Goods that cost less together: a price for the bundle, or a share off. As many bundles as the basket has and save something; of several
 * products that fit the dearest go in. Pan 30.00 and lid 12.00 for 35.00 together: 5.00 and 2.00 come off.
 */
export const bundle = defineMechanic({
  type: 'bundle',
  parameters: parametersOf('Bundle', 'bundle', 'Goods that cost less together.', {
    parts: Type.Array(ref(Part), {
      minItems: 1,
      maxItems: 20,
      description: 'What belongs to one bundle. A product is in one part.',
    }),
    bundleAmount: Type.Optional(anyAmount('What a bundle costs.')),
    rateBps: Type.Optional(rateBps('The share that comes off.')),
    maximumTimes: Type.Optional(count('At most so many bundles in one order.', 1_000)),
    basis: basis(),
  }),
  classes: ['product'],
  grainOf: () => 'scope',
  productIdsOf: ({ parts }) => parts.flatMap((part) => part.productIds),
  findFaults: ({ parts, bundleAmount, rateBps: rate }) => [
    ...findEitherFaults('', bundleAmount, rate, 'bundleAmount and rateBps'),
    ...findTwice(
      parts.flatMap((part) => part.productIds),
      (at) => pointerOf(parts, at),
    ),
  ],
  apply({ parts, bundleAmount, rateBps: rate = 0, maximumTimes = Infinity, basis: by }, { lines }) {
    const pools = parts.map((part) => lines.filter(({ item }) => part.productIds.includes(item.productId)));
    const most = pools.map((pool, i) => Math.floor(unitsOf(pool) / (parts[i]?.quantity ?? 1)));
    const possible = Math.min(maximumTimes, ...most);
    if (possible === 0) return 'below_minimum_quantity';
    const unitsFor = (times: number) =>
      pools.flatMap((pool, i) => unitsOfPart(pool, times * (parts[i]?.quantity ?? 1), by));
    const savedBy = (times: number) =>
      sumOf(unitsFor(times).map(({ amount }) => amount)) - BigInt(bundleAmount ?? 0) * BigInt(times);
    const times = bundleAmount === undefined ? possible : lastThatAdds(possible, savedBy);
    const over = unitsFor(times);
    const amount =
      bundleAmount === undefined ? shareOf(sumOf(over.map((share) => share.amount)), rate) : savedBy(times);
    const isMadeUp = bundleAmount !== undefined;
    return { spread: { amount, over: over.toSorted((a, b) => a.index - b.index), isMadeUp } };
  },
});

/** The dearest units of the lines that fit a part. */
const unitsOfPart = (pool: readonly ViewLine[], units: number, by: AmountBasis | undefined): LineShare[] =>
  takeUnits(cheapestFirst(pool, by).toReversed(), units).map(({ line, units: taken }) => ({
    index: line.index,
    amount: prefixOf(lookAt(line, by), taken, line.item.quantity),
  }));

/** How many bundles save the most. Each further one has cheaper goods, so the first that adds nothing is followed by no other that does. */
function lastThatAdds(possible: number, savedBy: (times: number) => bigint): number {
  let [low, high] = [0, possible];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (savedBy(middle) > savedBy(middle - 1)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function pointerOf(parts: readonly { readonly productIds: readonly string[] }[], at: number): string {
  let rest = at;
  for (const [i, part] of parts.entries()) {
    if (rest < part.productIds.length) return `/parts/${i}/productIds/${rest}`;
    rest -= part.productIds.length;
  }
  return '/parts';
}

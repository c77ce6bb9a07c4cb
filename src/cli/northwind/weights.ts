import { type Row, readRows, valueOf } from './read.ts';

// What a unit of the files weighs, in milligrams; a millilitre is taken for a gram.
const MILLIGRAMS: Readonly<Record<string, number>> = {
  g: 1_000,
  kg: 1_000_000,
  k: 1_000_000,
  ml: 1_000,
  cc: 1_000,
  cl: 10_000,
  l: 1_000_000,
  oz: 28_350,
  lb: 453_592,
};

/** What is taken where the files count pieces: `10 boxes x 20 bags`, `48 pies`. */
const ASSUMED_GRAMS = 1_000;

/**
 * What a unit that is sold weighs, as far as its quantity per unit tells: 24 bottles of 12 oz are 8,165 g. Northwind keeps no weights;
 * the demo needs some, or no price list could be asked.
 */
export function gramsOf(quantityPerUnit: string): number {
  const match = /^(?:(\d+) - )?(\d+(?:\.\d+)?) ?(kg|k|g|ml|cc|cl|l|oz|lb)\b/.exec(quantityPerUnit);
  const each = MILLIGRAMS[match?.[3] ?? ''];
  if (!match || each === undefined) return ASSUMED_GRAMS;
  return Math.round((Number(match[1] ?? 1) * Number(match[2]) * each) / 1_000);
}

/** What each product weighs, by its id in the files. */
export const readWeights = (): ReadonlyMap<string, number> =>
  new Map(
    readRows('products').map((row: Row) => [
      valueOf(row, 'productID'),
      gramsOf(valueOf(row, 'quantityPerUnit')),
    ]),
  );

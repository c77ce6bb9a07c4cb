import type { LineDiscount, PricingOutcome } from '../campaigns/engine/evaluate.ts';
import { entryLossOf } from '../campaigns/engine/entry-losses.ts';
import type { EntryLoss, MarkedItem } from '../campaigns/entry-items/mark-rules.ts';
import { itemOf } from '../campaigns/terms.ts';
import type { ProductTerms } from '../catalogue/sellables.ts';
import type { GoodsLine } from './basket.ts';

/** What a basket loses on entry items, by the marks that it was priced with. */
export const lossesOf = (
  { entryLosses }: Pick<PricingOutcome, 'entryLosses'>,
  entryItems: ReadonlyMap<string, MarkedItem>,
): EntryLoss[] =>
  entryLosses.flatMap(({ productId, amount }) => {
    const entry = entryItems.get(productId);
    return entry ? [{ entryItemId: entry.id, productId, amount }] : [];
  });

/** The entry items that a quote has a price of, by product. How much is lost it does not say: that would tell what goods cost the shop. */
export type HeldEntries = Readonly<Record<string, string>>;

/** What an order with the prices of a quote loses, by what the goods cost the shop now. */
export function heldLosses<P extends ProductTerms>(
  goods: readonly GoodsLine<P>[],
  discounts: readonly (readonly LineDiscount[])[],
  held: HeldEntries,
  minimumMarginBps: number,
): EntryLoss[] {
  const losses = new Map<string, bigint>();
  for (const [index, { product, quantity, listUnitAmount }] of goods.entries()) {
    if (held[product.id] === undefined) continue;
    const off = (discounts[index] ?? []).reduce((sum, { amount }) => sum + amount, 0n);
    const item = itemOf(product, quantity, listUnitAmount, new Map());
    const loss = entryLossOf(item, listUnitAmount * BigInt(quantity) - off, minimumMarginBps);
    if (loss > 0n) losses.set(product.id, (losses.get(product.id) ?? 0n) + loss);
  }
  return [...losses].map(([productId, amount]) => ({
    entryItemId: held[productId] ?? '',
    productId,
    amount,
  }));
}

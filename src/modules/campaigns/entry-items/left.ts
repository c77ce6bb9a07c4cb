import type { Reader } from '../../../platform/db/client.ts';
import { type EntryMark, type MarkedItem, openMarks } from './mark-rules.ts';
import { findBudgets } from './repository.ts';

/** The entry items among products, with what is left of their budgets now, by product. One statement, or none. */
export async function readEntryItems(
  on: Reader,
  shopId: string,
  marks: ReadonlyMap<string, EntryMark>,
  productIds: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, MarkedItem>> {
  const open = openMarks(marks, productIds, now);
  const budgets = await findBudgets(
    on,
    shopId,
    open.map(({ id }) => id),
  );
  return new Map(
    open.flatMap(({ id, productId, minimumMarginBps }) => {
      const budget = budgets.get(id);
      if (!budget) return [];
      return [
        [productId, { id, minimumMarginBps, leftAmount: budget.budgetAmount - budget.spentAmount }] as const,
      ];
    }),
  );
}

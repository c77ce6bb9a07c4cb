import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { type Guard, whenRefused } from '../../../platform/db/guards.ts';
import type { UsingOrder } from '../usage/rules.ts';
import type { EntryLoss } from './mark-rules.ts';
import { confirmEntries, entriesPart, returnEntries } from './take-repository.ts';

/** Budgets of entry items did not have what an order would lose. Nothing was written. */
export class EntryBudgetsSpent extends Error {
  readonly productIds: readonly string[];
  constructor(productIds: readonly string[]) {
    super(`too little is left of the budgets for ${productIds.join(', ')}`);
    this.productIds = productIds;
  }
}

/** Takes what an order loses from the budgets of entry items, as part of one statement; `EntryBudgetsSpent` otherwise. */
export function requireEntryBudgets(order: UsingOrder, losses: readonly EntryLoss[]): Guard | undefined {
  if (losses.length === 0) return undefined;
  const toError = whenRefused(
    'entry_budget_spent',
    (detail) => new EntryBudgetsSpent(JSON.parse(detail) as string[]),
  );
  return { part: entriesPart(order, losses), toError };
}

/** Building block: an order was paid: what it held of budgets is used. The caller has locked it. */
export const useEntryBudgets = (tx: Tx, ctx: Ctx, orderId: string): Promise<void> =>
  confirmEntries(tx, ctx.shop.id, orderId, ctx.now);

/** Building block: an order was cancelled or has lapsed. The caller has locked it. A second time nothing happens. */
export const returnEntryBudgets = (tx: Tx, ctx: Ctx, orderId: string): Promise<void> =>
  returnEntries(tx, ctx.shop.id, orderId, ctx.now);

import { and, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { onConflict } from '../../../platform/db/constraints.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../../platform/db/prepared.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { entryItemErrors } from './errors.ts';
import type { EntryItemState } from './states.ts';
import { entryBudgets, type EntryItemRow, entryItems } from './tables.ts';

/** An entry item with what it may lose and what it has lost, in minor units. */
export interface WholeEntryItem {
  readonly row: EntryItemRow;
  readonly budgetAmount: bigint;
  readonly spentAmount: bigint;
}

const p = sql.placeholder;
const ofItem = and(eq(entryBudgets.shopId, entryItems.shopId), eq(entryBudgets.entryItemId, entryItems.id));
const columns = {
  row: entryItems,
  budgetAmount: entryBudgets.budgetAmount,
  spentAmount: entryBudgets.spentAmount,
};
const withId = and(eq(entryItems.shopId, p('shopId')), eq(entryItems.id, p('id')));
// By the primary keys.
const selectOne = prepared('select_entry_item', (db) =>
  db.select(columns).from(entryItems).innerJoin(entryBudgets, ofItem).where(withId),
);
// Of the mark only: orders go on to lose on it meanwhile.
const lockOne = prepared('lock_entry_item', (db) =>
  db
    .select(columns)
    .from(entryItems)
    .innerJoin(entryBudgets, ofItem)
    .where(withId)
    .for('no key update', { of: entryItems }),
);

/** An entry item, or `not_found`. */
export async function getEntryItem(on: Reader, shopId: string, id: string): Promise<WholeEntryItem> {
  const [found] = await selectOne(on, { shopId, id });
  if (!found) throw platformErrors.not_found();
  return found;
}

/** The same, locked: before the shop's campaigns together. */
export async function lockEntryItem(tx: Tx, shopId: string, id: string): Promise<WholeEntryItem> {
  const [found] = await lockOne(tx, { shopId, id });
  if (!found) throw platformErrors.not_found();
  return found;
}

/** Writes a mark and its budget. Refusal: entry_item_product_marked. */
export async function insertEntryItem(tx: Tx, { row, budgetAmount, spentAmount }: WholeEntryItem) {
  await onConflict(tx.insert(entryItems).values(row).execute(), 'entry_items_product_key', () =>
    entryItemErrors.entry_item_product_marked(undefined, { pointer: '/productId' }),
  );
  const { shopId, id: entryItemId } = row;
  await tx.insert(entryBudgets).values({ shopId, entryItemId, budgetAmount, spentAmount });
}

/** Changes a locked mark, one version further. */
export async function updateEntryItemRow(
  tx: Tx,
  current: EntryItemRow,
  changes: Partial<EntryItemRow>,
): Promise<EntryItemRow> {
  const [row] = await tx
    .update(entryItems)
    .set({ ...changes, version: current.version + 1 })
    .where(
      and(
        eq(entryItems.shopId, current.shopId),
        eq(entryItems.id, current.id),
        eq(entryItems.state, current.state),
        eq(entryItems.version, current.version),
      ),
    )
    .returning();
  if (!row) throw platformErrors.version_conflict();
  return row;
}

// Guarded by what orders have lost by then. By the primary key.
const setBudget = preparedSql<{ spent_amount: bigint }>(
  'set_entry_budget',
  `update entry_budgets set budget_amount = $3 where shop_id = $1 and entry_item_id = $2 and spent_amount <= $3
   returning spent_amount`,
);

/** Sets a budget; returns what is spent of it, or undefined when that is more. */
export const changeBudget = async (
  tx: Tx,
  shopId: string,
  id: string,
  budgetAmount: bigint,
): Promise<bigint | undefined> => (await setBudget(tx, [shopId, id, budgetAmount]))[0]?.spent_amount;

// By entry_items_due_idx.
const selectDue = preparedSql<{ id: string }>(
  'list_due_entry_items',
  'select id from entry_items where shop_id = $1 and due_at <= $2 order by due_at, id limit $3',
);

/** Entry items whose time is over, those first whose time was over first. */
export const listDueEntryItems = async (
  on: Reader,
  shopId: string,
  now: Date,
  limit: number,
): Promise<string[]> => (await selectDue(on, [shopId, now, limit])).map(({ id }) => id);

const keyset = createKeyset({
  name: 'entry-items',
  table: entryItems,
  filters: {
    state: (value) => sql`${entryItems.state} = ${value}`,
    productId: (value) => sql`${entryItems.productId} = ${value}`,
  },
  // By entry_items_created_at_idx and entry_items_product_idx.
  sorts: { '-createdAt': { columns: [entryItems.createdAt, entryItems.id], direction: 'desc' } },
});

export interface EntryItemQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly state?: EntryItemState;
  readonly productId?: string;
}

/** Entry items, newest first. */
export async function listEntryItemRows(
  on: Reader,
  shopId: string,
  query: EntryItemQuery,
): Promise<Page<WholeEntryItem>> {
  const { state, productId } = query;
  const { rows, nextCursor } = await keyset(on, {
    shopId,
    page: query,
    sort: '-createdAt',
    filters: { state, productId },
  });
  const budgets = await findBudgets(
    on,
    shopId,
    rows.map(({ id }) => id),
  );
  return {
    rows: rows.flatMap((row) => {
      const budget = budgets.get(row.id);
      return budget ? [{ row, ...budget }] : [];
    }),
    nextCursor,
  };
}

type Budget = Pick<WholeEntryItem, 'budgetAmount' | 'spentAmount'>;

// By the primary key.
const selectBudgets = preparedSql<{ entry_item_id: string; budget_amount: bigint; spent_amount: bigint }>(
  'list_entry_budgets',
  `select entry_item_id, budget_amount, spent_amount from entry_budgets
   where shop_id = $1 and entry_item_id = any($2::uuid[])`,
);

/** What entry items may lose and have lost, by id. */
export async function findBudgets(
  on: Reader,
  shopId: string,
  ids: readonly string[],
): Promise<Map<string, Budget>> {
  if (ids.length === 0) return new Map();
  const rows = await selectBudgets(on, [shopId, ids]);
  return new Map(
    rows.map((row) => [
      row.entry_item_id,
      { budgetAmount: row.budget_amount, spentAmount: row.spent_amount },
    ]),
  );
}

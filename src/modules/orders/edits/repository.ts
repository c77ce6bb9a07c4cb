import { and, desc, eq } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { rowInsert, rowUpdate } from '../../../platform/db/records.ts';
import { platformErrors } from '../../../platform/errors.ts';
import { orderAdjustments, orderLines } from '../tables.ts';
import {
  type OrderEdit,
  type OrderEditItem,
  orderEditItems,
  orderEdits,
  type OrderEditUnit,
  orderEditUnits,
} from './tables.ts';

/** An edit with what it takes and what it brings. */
export interface WholeEdit {
  readonly edit: OrderEdit;
  readonly units: readonly OrderEditUnit[];
  readonly items: readonly OrderEditItem[];
}

const insertEdits = rowInsert('insert_order_edit', orderEdits);
const insertUnits = rowInsert('insert_order_edit_units', orderEditUnits);
const insertItems = rowInsert('insert_order_edit_items', orderEditItems);
const writeEdits = rowUpdate('update_order_edits', orderEdits);
export const insertLines = rowInsert('insert_order_lines', orderLines);
export const insertAdjustments = rowInsert('insert_order_adjustments', orderAdjustments);

export async function insertEdit(tx: Tx, { edit, units, items }: WholeEdit): Promise<void> {
  await insertEdits(tx, [edit]);
  if (units.length > 0) await insertUnits(tx, units);
  if (items.length > 0) await insertItems(tx, items);
}

/** Changes an edit that is as it was read. */
export async function updateEdit(
  tx: Tx,
  edit: OrderEdit,
  changes: Partial<OrderEdit>,
  at: Date,
): Promise<OrderEdit> {
  const changed = { ...edit, ...changes, version: edit.version + 1, updatedAt: at };
  if ((await writeEdits(tx, [changed])).length === 0) throw platformErrors.version_conflict();
  return changed;
}

/** The edit of an order, or `not_found`. */
export async function getEdit(on: Reader, shopId: string, id: string): Promise<WholeEdit> {
  const [edit] = await on
    .select()
    .from(orderEdits)
    .where(and(eq(orderEdits.shopId, shopId), eq(orderEdits.id, id)));
  if (!edit) throw platformErrors.not_found();
  const [units, items] = await Promise.all([
    on
      .select()
      .from(orderEditUnits)
      .where(and(eq(orderEditUnits.shopId, shopId), eq(orderEditUnits.editId, id)))
      .orderBy(orderEditUnits.lineId),
    on
      .select()
      .from(orderEditItems)
      .where(and(eq(orderEditItems.shopId, shopId), eq(orderEditItems.editId, id)))
      .orderBy(orderEditItems.position),
  ]);
  return { edit, units, items };
}

/** The edits of an order, newest first. By order_edits_order_idx; there are never many. */
export const listEdits = (on: Reader, shopId: string, orderId: string): Promise<OrderEdit[]> =>
  on
    .select()
    .from(orderEdits)
    .where(and(eq(orderEdits.shopId, shopId), eq(orderEdits.orderId, orderId)))
    .orderBy(desc(orderEdits.id));

// By order_edits_open_key.
const selectOpen = preparedSql<{ id: string }>(
  'select_open_order_edit',
  `select id from order_edits where shop_id = $1 and order_id = $2 and state = 'open'`,
);

/** The edit of a locked order that waits for the customer's money. */
export const findOpenEdit = async (
  on: Reader,
  shopId: string,
  orderId: string,
): Promise<string | undefined> => (await selectOpen(on, [shopId, orderId]))[0]?.id;

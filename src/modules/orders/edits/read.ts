import type { Reader } from '../../../platform/db/client.ts';
import { orderErrors } from '../errors.ts';
import { findOpenEdit, getEdit, listEdits, type WholeEdit } from './repository.ts';
import type { OrderEdit } from './tables.ts';

export type { WholeEdit } from './repository.ts';

/** An edit with its goods, or `not_found`. */
export const readEdit = (on: Reader, shopId: string, id: string): Promise<WholeEdit> =>
  getEdit(on, shopId, id);

/** The edits of an order, newest first. */
export const readEdits = (on: Reader, shopId: string, orderId: string): Promise<OrderEdit[]> =>
  listEdits(on, shopId, orderId);

/** Refuses while an edit of a locked order waits for its money: it holds goods and prices as they are. Refusal: order_in_edit. */
export async function refuseOpenEdit(on: Reader, shopId: string, orderId: string): Promise<void> {
  const editId = await findOpenEdit(on, shopId, orderId);
  if (editId === undefined) return;
  throw orderErrors.order_in_edit(`The edit ${editId} waits for its payment.`, { extra: { editId } });
}

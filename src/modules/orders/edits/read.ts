import type { Reader } from '../../../platform/db/client.ts';
import { getEdit, listEdits, type WholeEdit } from './repository.ts';
import type { OrderEdit } from './tables.ts';

export type { WholeEdit } from './repository.ts';

/** An edit with its goods, or `not_found`. */
export const readEdit = (on: Reader, shopId: string, id: string): Promise<WholeEdit> =>
  getEdit(on, shopId, id);

/** The edits of an order, newest first. */
export const readEdits = (on: Reader, shopId: string, orderId: string): Promise<OrderEdit[]> =>
  listEdits(on, shopId, orderId);

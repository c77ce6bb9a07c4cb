import type { Reader } from '../../platform/db/client.ts';
import { findSellableRows } from './repository.ts';

/** What pricing needs to know of a product. Amounts are per unit, in minor units. */
export type Sellable = Awaited<ReturnType<typeof findSellableRows>>[number];

/**
 * The products of these ids, in no order and of any status; ids that the shop does not have are left out.
 * `available` is what could be sold at this moment: only `reserveStock` makes sure of it.
 */
export const findSellables = (on: Reader, shopId: string, ids: readonly string[]): Promise<Sellable[]> =>
  findSellableRows(on, shopId, ids);

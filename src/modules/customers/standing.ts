import type { Tx } from '../../platform/db/client.ts';
import { customersErrors } from './errors.ts';
import { findCustomerRow, holdCustomerRow } from './repository.ts';
import { findStandingFault } from './rules.ts';

/**
 * Makes sure that a customer takes part in the shop's life until the caller commits: whoever hangs something on a
 * customer calls it, because a foreign key is content with one that is being merged or erased at the same moment.
 * Refusals: customer_not_found, customer_merged, customer_erased, at `pointer`.
 */
export async function holdCustomer(
  tx: Tx,
  shopId: string,
  customerId: string,
  pointer = '/customerId',
): Promise<void> {
  const row = await holdCustomerRow(tx, shopId, customerId);
  const fault = row
    ? findStandingFault(row, pointer)
    : customersErrors.customer_not_found(undefined, { pointer });
  if (fault) throw fault;
}

// A tombstone names the customer that survives now; only a merge that commits at this moment adds a step.
const MAX_STEPS = 5;

/**
 * Holds the customer that an id stands for now: itself, or the one that it was merged into. Undefined when that one
 * was erased or never existed.
 */
export async function holdSurvivor(tx: Tx, shopId: string, customerId: string): Promise<string | undefined> {
  let id = customerId;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    // Read before it is held: a merge locks its tombstones too, and one that is held here might wait crosswise.
    const known = await findCustomerRow(tx, shopId, id);
    const row = known?.mergedIntoId === null ? await holdCustomerRow(tx, shopId, id) : known;
    if (!row || row.erasedAt) return undefined;
    if (row.mergedIntoId === null) return id;
    id = row.mergedIntoId;
  }
  throw new Error(`customer ${customerId} is merged again and again`);
}

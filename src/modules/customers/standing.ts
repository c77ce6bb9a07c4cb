import type { Reader, Tx } from '../../platform/db/client.ts';
import { type Guard, whenRefused } from '../../platform/db/guards.ts';
import { platformErrors } from '../../platform/errors.ts';
import { checkKnown } from './customers.ts';
import { customersErrors } from './errors.ts';
import type { Problem } from '../../platform/errors.ts';
import {
  findCustomerRow,
  findIdsByExternalId,
  holdCustomerRow,
  holdCustomerRows,
  holdEndingsOf,
  holdPart,
  listErasedIds,
  tryHoldCustomerRow,
} from './repository.ts';
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

/** A customer as a request names them, with where it does. */
export interface NamedCustomer {
  readonly pointer: string;
  readonly customerId?: string;
  readonly externalId?: string;
}

/** What became of a customer that was named: the id of one who takes part in the shop's life, or why not. */
export type HeldCustomer = NamedCustomer &
  ({ readonly id: string; readonly problem?: never } | { readonly id?: never; readonly problem: Problem });

/**
 * The same for any number of customers, by id or external id, in two statements. Problems: customer_not_found, customer_merged,
 * customer_erased, each at its pointer.
 */
export async function holdCustomers(
  tx: Tx,
  shopId: string,
  named: readonly NamedCustomer[],
): Promise<HeldCustomer[]> {
  const externalIds = named.flatMap(({ externalId }) => externalId ?? []);
  const known = await findIdsByExternalId(tx, shopId, externalIds);
  const idOf = ({ customerId, externalId }: NamedCustomer) => customerId ?? known.get(externalId ?? '');
  const rows = await holdCustomerRows(tx, shopId, [...new Set(named.flatMap((one) => idOf(one) ?? []))]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return named.map((one) => {
    const { pointer } = one;
    const row = byId.get(idOf(one) ?? '');
    if (!row) return { ...one, problem: customersErrors.customer_not_found(undefined, { pointer }) };
    const problem = findStandingFault(row, pointer);
    return problem ? { ...one, problem } : { ...one, id: row.id };
  });
}

/** The ids of the customers of these external ids, whatever became of them; who is not there is left out. */
export const findIdsOf = async (
  on: Reader,
  shopId: string,
  externalIds: readonly string[],
): Promise<string[]> =>
  externalIds.length === 0 ? [] : [...(await findIdsByExternalId(on, shopId, externalIds)).values()];

/**
 * Makes sure that no customer of the shop is merged or erased until the caller commits: for what writes about all of them, to
 * whom a lock for each would be a write for each. Merges and erasures wait for it.
 */
export const holdEndings = (tx: Tx, shopId: string): Promise<void> => holdEndingsOf(tx, shopId);

/**
 * The same for a customer that the path names, who may have been erased: then too somebody may have to settle what is left.
 * Refusals: not_found, customer_merged.
 */
export async function holdKnownCustomer(
  tx: Tx,
  shopId: string,
  customerId: string,
): Promise<{ readonly isErased: boolean }> {
  const row = await holdCustomerRow(tx, shopId, customerId);
  if (!row) throw platformErrors.not_found();
  const fault = row.mergedIntoId === null ? undefined : findStandingFault(row);
  if (fault) throw fault;
  return { isErased: row.erasedAt !== null };
}

/**
 * The same for a caller who has locked an order of the customer already: it never waits for them, because a merge or an erasure
 * holds the customer first and may be waiting for that very order. Refusal: version_conflict, while one of them is at it.
 */
export async function holdBuyer(
  tx: Tx,
  shopId: string,
  customerId: string,
): Promise<{ readonly isErased: boolean }> {
  const row = await tryHoldCustomerRow(tx, shopId, customerId);
  if (!row) throw platformErrors.version_conflict();
  return { isErased: row.erasedAt !== null };
}

/** Makes sure that a customer can be shown, also one who was erased. Refusals: not_found, customer_merged. */
export async function checkCustomer(on: Reader, shopId: string, customerId: string): Promise<void> {
  checkKnown(await findCustomerRow(on, shopId, customerId));
}

/** Makes sure that somebody could buy now. Refusals: customer_not_found, customer_merged, customer_erased, at `pointer`. */
export async function checkBuyer(
  on: Reader,
  shopId: string,
  customerId: string,
  pointer = '/customerId',
): Promise<void> {
  const fault = faultOf(await findCustomerRow(on, shopId, customerId), pointer);
  if (fault) throw fault;
}

const faultOf = (row: Awaited<ReturnType<typeof findCustomerRow>>, pointer: string): Problem | undefined =>
  row ? findStandingFault(row, pointer) : customersErrors.customer_not_found(undefined, { pointer });

/** The same as part of one statement; `toError` says what is wrong with the customer when it failed. */
export function requireCustomer(
  on: Reader,
  shopId: string,
  customerId: string,
  pointer = '/customerId',
): Guard {
  const toError = whenRefused('customer_standing', async () => {
    const fault = faultOf(await findCustomerRow(on, shopId, customerId), pointer);
    return fault ?? customersErrors.customer_not_found(undefined, { pointer });
  });
  return { part: holdPart(shopId, customerId), toError };
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

/** Which of these customers were erased. */
export const findErased = async (
  on: Reader,
  shopId: string,
  customerIds: readonly string[],
): Promise<ReadonlySet<string>> =>
  customerIds.length === 0 ? new Set() : new Set(await listErasedIds(on, shopId, customerIds));

import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { checkVersion } from '../../platform/versions.ts';
import { customersErrors } from './errors.ts';
import { loadWholes } from './parts-repository.ts';
import { findFigures } from './purchase-repository.ts';
import { NO_PURCHASES } from './purchase-rules.ts';
import {
  type CustomerQuery,
  findCustomerRow,
  findCustomerRowByExternalId,
  listCustomerRows,
  lockCustomerRow,
} from './repository.ts';
import {
  type CustomerChanges,
  type CustomerView,
  type CustomerWhole,
  findStandingFault,
  inputOf,
  type NewCustomerInput,
} from './rules.ts';
import type { Customer } from './tables.ts';
import { type Draft, draftCustomer, type Want, writeDrafts } from './write.ts';

/**
 * Adds a customer. Refusals: customer_external_id_taken, primary_not_unique, validation_failed.
 */
export async function createCustomer(ctx: Ctx, input: NewCustomerInput): Promise<CustomerView> {
  return inTransaction(ctx, async (tx) => {
    const draft = acceptDraft(ctx, { current: undefined, input });
    const conflicts = await writeDrafts(tx, ctx, [draft]);
    if (conflicts.length > 0)
      throw customersErrors.customer_external_id_taken(undefined, { pointer: '/externalId' });
    return { ...draft.next, figures: NO_PURCHASES };
  });
}

/**
 * Changes a customer as JSON merge patch; lists are replaced whole. Refusals: not_found, customer_merged,
 * customer_erased, version_mismatch and those of createCustomer.
 */
export async function updateCustomer(ctx: Ctx, id: string, changes: CustomerChanges): Promise<CustomerView> {
  return inTransaction(ctx, async (tx) => viewOf(tx, await changeCustomer(tx, ctx, id, changes)));
}

/** Changes a customer inside the caller's transaction. Refusals: those of updateCustomer. */
export async function changeCustomer(
  tx: Tx,
  ctx: Ctx,
  id: string,
  changes: CustomerChanges,
): Promise<CustomerWhole> {
  const current = await lockCustomer(tx, ctx, id);
  const draft = acceptDraft(ctx, { current, input: inputOf(current.customer, changes) });
  await writeDrafts(tx, ctx, [draft]);
  return draft.next;
}

/** Locks a customer that takes part in the shop's life. Refusals: not_found, customer_merged, customer_erased. */
export async function lockCustomer(tx: Tx, ctx: Ctx, id: string): Promise<CustomerWhole> {
  // The lists are read by a statement after the lock: one that waited would show them as they were before.
  const row = await lockCustomerRow(tx, ctx.shop.id, id);
  if (!row) throw platformErrors.not_found();
  const fault = findStandingFault(row);
  if (fault) throw fault;
  checkVersion(ctx, row);
  return loadWhole(tx, row);
}

function acceptDraft(ctx: Ctx, want: Want): Draft {
  const draft = draftCustomer(ctx, want);
  if (draft.problem) throw draft.problem;
  return draft;
}

/** A customer. Refusals: not_found, customer_merged. */
export const getCustomer = async (ctx: Ctx, id: string): Promise<CustomerView> =>
  viewOf(ctx.db, await loadWhole(ctx.db, checkKnown(await findCustomerRow(ctx.db, ctx.shop.id, id))));

/** A customer by the id of the caller's own system. Refusals: not_found, customer_merged. */
export const getCustomerByExternalId = async (ctx: Ctx, externalId: string): Promise<CustomerView> =>
  viewOf(
    ctx.db,
    await loadWhole(ctx.db, checkKnown(await findCustomerRowByExternalId(ctx.db, ctx.shop.id, externalId))),
  );

/** Customers of the shop, also erased ones; not the tombstones of merged ones. */
export async function listCustomers(ctx: Ctx, query: CustomerQuery): Promise<Page<CustomerView>> {
  const { rows, nextCursor } = await listCustomerRows(ctx.db, ctx.shop.id, query);
  const wholes = await loadWholes(ctx.db, ctx.shop.id, rows);
  const figures = await findFigures(
    ctx.db,
    ctx.shop.id,
    rows.map(({ id }) => id),
  );
  const views = wholes.map((whole) => ({
    ...whole,
    figures: figures.get(whole.customer.id) ?? NO_PURCHASES,
  }));
  return { rows: views, nextCursor };
}

/** A row that can be shown. An erased customer can: its id is known to orders. */
export function checkKnown(row: Customer | undefined): Customer {
  if (!row) throw platformErrors.not_found();
  const fault = row.mergedIntoId === null ? undefined : findStandingFault(row);
  if (fault) throw fault;
  return row;
}

/** A customer with its lists. */
export async function loadWhole(on: Reader, row: Customer): Promise<CustomerWhole> {
  const [whole] = await loadWholes(on, row.shopId, [row]);
  return whole ?? { customer: row, contactPoints: [], addresses: [] };
}

/** A customer with the figures of what they bought. */
export async function viewOf(on: Reader, whole: CustomerWhole): Promise<CustomerView> {
  const { shopId, id } = whole.customer;
  return { ...whole, figures: (await findFigures(on, shopId, [id])).get(id) ?? NO_PURCHASES };
}

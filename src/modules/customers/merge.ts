import { recordAudit } from '../../platform/audit/audit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { platformErrors, type Problem } from '../../platform/errors.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import { checkVersion } from '../../platform/versions.ts';
import { insertConsents, listConsentsInForce, moveConsents } from './consent-repository.ts';
import { decisionsToRecord, mergeDecisions } from './consent-rules.ts';
import { viewOf } from './customers.ts';
import { customersErrors } from './errors.ts';
import { customerEvents } from './events.ts';
import { findMergeFault, mergeFields } from './merge-rules.ts';
import { loadWholes, replaceAddresses, replaceContactPoints } from './parts-repository.ts';
import { type CustomerMove, customerMerges } from './ports.ts';
import { movePurchases } from './purchase-repository.ts';
import { lockCustomerRowsToEnd, redirectTombstones, updateCustomers } from './repository.ts';
import {
  changedFields,
  type CustomerView,
  type CustomerWhole,
  fieldsOf,
  findStandingFault,
} from './rules.ts';
import type { Customer } from './tables.ts';
import { revokeCustomerTokens } from './tokens.ts';
import { applyFields, nextVersion } from './write.ts';

const POINTER = '/duplicateCustomerId';

/**
 * Makes two customers one: what the duplicate has goes to the survivor, and a tombstone that names it stays. Refusals:
 * not_found, merge_with_self, customer_not_found, customer_merged, customer_erased, merge_exceeds_limits,
 * version_mismatch.
 */
export async function mergeCustomers(
  ctx: Ctx,
  customerId: string,
  duplicateId: string,
  moves: readonly CustomerMove[] = customerMerges.get(),
): Promise<CustomerView> {
  return inTransaction(ctx, async (tx) => {
    const [survivor, duplicate] = await lockBoth(tx, ctx, customerId, duplicateId);
    const fields = mergeFields(fieldsOf(survivor), fieldsOf(duplicate));
    const fault = findMergeFault(fields);
    if (fault) throw fault;
    const next = applyFields(ctx, survivor, fields);
    await writeBoth(tx, ctx, next, makeTombstone(ctx, duplicate.customer, next.customer));
    const [from, to] = [duplicate.customer.id, survivor.customer.id];
    const moved = await moveBelongings(tx, ctx, from, to, moves);

    const changed = changedFields(fieldsOf(survivor), fields);
    const events = [
      eventRow(ctx, customerEvents.merged, from, { survivingCustomerId: to }),
      eventRow(ctx, customerEvents.updated, to, { changedFields: changed, version: next.customer.version }),
    ];
    const details = { duplicateCustomerId: from, moved };
    const audit = { action: 'mergeCustomers', subjectType: 'customer', subjectId: to, details };
    await Promise.all([
      revokeCustomerTokens(tx, ctx, from),
      appendEvents(tx, ctx, events),
      recordAudit(tx, ctx, audit),
    ]);
    return viewOf(tx, next);
  });
}

async function lockBoth(
  tx: Tx,
  ctx: Ctx,
  customerId: string,
  duplicateId: string,
): Promise<[survivor: CustomerWhole, duplicate: CustomerWhole]> {
  // Ids may come in capital letters.
  const [to, from] = [customerId.toLowerCase(), duplicateId.toLowerCase()];
  if (to === from) throw customersErrors.merge_with_self(undefined, { pointer: POINTER });
  const rows = await lockCustomerRowsToEnd(tx, ctx.shop.id, [to, from]);
  const wholes = await loadWholes(tx, ctx.shop.id, rows);
  const byId = new Map(wholes.map((whole) => [whole.customer.id, whole]));
  const survivor = accept(byId.get(to), platformErrors.not_found());
  checkVersion(ctx, survivor.customer);
  const missing = customersErrors.customer_not_found(undefined, { pointer: POINTER });
  return [survivor, accept(byId.get(from), missing, POINTER)];
}

function accept(whole: CustomerWhole | undefined, missing: Problem, pointer?: string): CustomerWhole {
  const fault = whole ? findStandingFault(whole.customer, pointer) : missing;
  if (!whole || fault) throw fault ?? missing;
  return whole;
}

/** What stays of a duplicate. Its external id stays with it unless it moved: another system that asks learns who survived. */
const makeTombstone = (ctx: Ctx, duplicate: Customer, survivor: Customer): CustomerWhole => ({
  customer: nextVersion(ctx, {
    ...duplicate,
    externalId: duplicate.externalId === survivor.externalId ? null : duplicate.externalId,
    name: 'Merged customer',
    company: null,
    locale: null,
    country: null,
    preferences: {},
    staffNote: null,
    metadata: {},
    mergedIntoId: survivor.id,
  }),
  contactPoints: [],
  addresses: [],
});

async function writeBoth(tx: Tx, ctx: Ctx, survivor: CustomerWhole, tombstone: CustomerWhole): Promise<void> {
  // The tombstone first: it may give its external id away.
  await updateCustomers(tx, [tombstone.customer]);
  await updateCustomers(tx, [survivor.customer]);
  await Promise.all([
    redirectTombstones(tx, ctx.shop.id, tombstone.customer.id, survivor.customer.id),
    replaceContactPoints(tx, ctx.shop.id, [survivor, tombstone]),
    replaceAddresses(tx, ctx.shop.id, [survivor, tombstone]),
  ]);
}

/** Moves what belongs to the duplicate. Returns how many of what, for the audit. */
async function moveBelongings(tx: Tx, ctx: Ctx, from: string, to: string, moves: readonly CustomerMove[]) {
  const shopId = ctx.shop.id;
  const [ofSurvivor, ofDuplicate] = await Promise.all([
    listConsentsInForce(tx, shopId, to),
    listConsentsInForce(tx, shopId, from),
  ]);
  const wanted = mergeDecisions(ofSurvivor, ofDuplicate);
  const [movedConsents, purchases, inForce] = await Promise.all([
    moveConsents(tx, shopId, from, to),
    movePurchases(tx, shopId, from, to),
    listConsentsInForce(tx, shopId, to),
  ]);
  const decisions = decisionsToRecord(wanted, inForce).map((decision) => ({ ...decision, id: newId() }));
  await insertConsents(tx, shopId, to, { decisions, source: 'merge of duplicates', decidedAt: ctx.now });
  const moved: Record<string, number> = { consents: movedConsents, purchases };
  for (const move of moves) moved[move.name] = await move.move(tx, ctx, from, to);
  return moved;
}

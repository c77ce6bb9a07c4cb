import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import type { Problem } from '../../platform/errors.ts';
import { eventRow, type NewEvent } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import { customerEvents } from './events.ts';
import { replaceAddresses, replaceContactPoints } from './parts-repository.ts';
import { insertCustomers, updateCustomers } from './repository.ts';
import {
  changedFields,
  type CustomerFields,
  type CustomerInput,
  type CustomerWhole,
  fieldsAfter,
  fieldsOf,
  fieldsOfNew,
  findCustomerFault,
  findStandingFault,
  type NewCustomerInput,
} from './rules.ts';
import type { Customer } from './tables.ts';

/** A customer to add, or to change when `current` is there with its row locked. */
export type Want =
  | { readonly current: undefined; readonly input: NewCustomerInput }
  | { readonly current: CustomerWhole; readonly input: CustomerInput };

/** What is to be written for one customer, or why it may not be. */
export interface Draft {
  readonly current: CustomerWhole | undefined;
  readonly next: CustomerWhole;
  /** Fields that change; empty for a new customer. */
  readonly changed: readonly (keyof CustomerFields)[];
  readonly problem: Problem | undefined;
}

/**
 * Decides what a customer becomes; nothing is written. Problems: customer_merged, customer_erased,
 * primary_not_unique, validation_failed.
 */
export function draftCustomer(ctx: Ctx, { current, input }: Want): Draft {
  if (!current) {
    const fields = fieldsOfNew(input);
    return { current, next: makeNew(ctx, fields), changed: [], problem: findCustomerFault(fields) };
  }
  const standing = findStandingFault(current.customer);
  if (standing) return { current, next: current, changed: [], problem: standing };
  const fields = fieldsAfter(current, input);
  const changed = changedFields(fieldsOf(current), fields);
  const next = changed.length === 0 ? current : applyFields(ctx, current, fields);
  return { current, next, changed, problem: findCustomerFault(fields) };
}

function makeNew(ctx: Ctx, { contactPoints, addresses, ...fields }: CustomerFields): CustomerWhole {
  const customer: Customer = {
    ...fields,
    shopId: ctx.shop.id,
    id: newId(),
    erasedAt: null,
    mergedIntoId: null,
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
  return { customer, contactPoints, addresses };
}

/** A customer with other fields, one version further. */
export function applyFields(
  ctx: Ctx,
  { customer }: CustomerWhole,
  { contactPoints, addresses, ...fields }: CustomerFields,
): CustomerWhole {
  return { customer: nextVersion(ctx, { ...customer, ...fields }), contactPoints, addresses };
}

/** The row one version further. The clocks of two processes differ; `updatedAt` never goes back. */
export const nextVersion = (ctx: Ctx, row: Customer): Customer => ({
  ...row,
  version: row.version + 1,
  updatedAt: ctx.now > row.updatedAt ? ctx.now : row.updatedAt,
});

/**
 * Writes drafts without a problem: rows, lists and events, in a handful of statements however many they are. Returns
 * the drafts whose customer could not be added because another request has taken its external id meanwhile.
 */
export async function writeDrafts(tx: Tx, ctx: Ctx, drafts: readonly Draft[]): Promise<Draft[]> {
  const created = drafts.filter(({ current }) => current === undefined);
  const inserted = await insertCustomers(
    tx,
    created.map(({ next }) => next.customer),
  );
  const added = created.filter(({ next }) => inserted.has(next.customer.id));
  const updated = drafts.filter(({ current, changed }) => current !== undefined && changed.length > 0);
  await updateCustomers(
    tx,
    updated.map(({ next }) => next.customer),
  );

  const listed = (name: 'contactPoints' | 'addresses') => [
    ...added.filter(({ next }) => next[name].length > 0),
    ...updated.filter(({ changed }) => changed.includes(name)),
  ];
  // They do not need each other's answers and share a round trip.
  await Promise.all([
    replaceContactPoints(
      tx,
      ctx.shop.id,
      listed('contactPoints').map(({ next }) => next),
    ),
    replaceAddresses(
      tx,
      ctx.shop.id,
      listed('addresses').map(({ next }) => next),
    ),
    appendEvents(
      tx,
      ctx,
      [...added, ...updated].map((draft) => eventOf(ctx, draft)),
    ),
  ]);
  return created.filter(({ next }) => !inserted.has(next.customer.id));
}

function eventOf(ctx: Ctx, { current, next, changed }: Draft): NewEvent {
  const { id, version } = next.customer;
  if (!current) return eventRow(ctx, customerEvents.created, id, { version });
  return eventRow(ctx, customerEvents.updated, id, { changedFields: [...changed], version });
}

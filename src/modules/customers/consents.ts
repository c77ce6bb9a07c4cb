import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { newId } from '../../platform/ids.ts';
import {
  findNewestDecision,
  insertConsents,
  listConsentRows,
  listConsentsInForce,
} from './consent-repository.ts';
import { type Decision, decideMayContact } from './consent-rules.ts';
import { lockCustomer, checkKnown } from './customers.ts';
import { customerEvents } from './events.ts';
import { findCustomerRow, updateCustomers } from './repository.ts';
import type { Consent } from './tables.ts';
import { nextVersion } from './write.ts';

export interface ConsentInput extends Decision {
  readonly source: string;
}

/**
 * Writes down what a customer allowed or refused; from then on it counts. Refusals: not_found, customer_merged,
 * customer_erased.
 */
export async function recordConsent(ctx: Ctx, customerId: string, input: ConsentInput): Promise<Consent> {
  return inTransaction(ctx, (tx) => writeConsent(tx, ctx, customerId, input));
}

async function writeConsent(tx: Tx, ctx: Ctx, customerId: string, input: ConsentInput): Promise<Consent> {
  const { purpose, channel, decision, source } = input;
  const { customer } = await lockCustomer(tx, ctx, customerId);
  const id = newId();
  const decisions = [{ id, purpose, channel, decision }];
  const event = eventRow(ctx, customerEvents.consentRecorded, customerId, { consentId: id });
  const [position] = await Promise.all([
    insertConsents(tx, ctx.shop.id, customerId, { decisions, source, decidedAt: ctx.now }),
    // Customers see their decisions in their profile, so its ETag has to change.
    updateCustomers(tx, [nextVersion(ctx, customer)]),
    appendEvents(tx, ctx, [event]),
  ]);
  return {
    shopId: ctx.shop.id,
    id,
    customerId,
    position,
    purpose,
    channel,
    decision,
    source,
    decidedAt: ctx.now,
  };
}

export interface ConsentHistory extends Page<Consent> {
  readonly inForce: readonly Consent[];
}

/** The decisions of a customer, newest first, and those in force. Refusals: not_found, customer_merged. */
export async function listConsents(
  ctx: Ctx,
  customerId: string,
  query: { readonly limit: number; readonly cursor?: string },
): Promise<ConsentHistory> {
  checkKnown(await findCustomerRow(ctx.db, ctx.shop.id, customerId));
  const page = await listConsentRows(ctx.db, ctx.shop.id, customerId, query);
  return { ...page, inForce: await listConsentsInForce(ctx.db, ctx.shop.id, customerId) };
}

/**
 * Whether a customer may be written to for a purpose on a channel. Anything but service needs a consent that was not
 * taken back; nobody writes to a customer who is unknown, merged or erased.
 */
export async function mayContact(
  on: Reader,
  shopId: string,
  customerId: string,
  purpose: Consent['purpose'],
  channel: Consent['channel'],
): Promise<boolean> {
  const found = await findNewestDecision(on, shopId, customerId, purpose, channel);
  if (!found || found.erasedAt || found.mergedIntoId !== null) return false;
  return decideMayContact(purpose, found.decision ?? undefined);
}

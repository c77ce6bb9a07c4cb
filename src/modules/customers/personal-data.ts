import { recordAudit } from '../../platform/audit/audit.ts';
import { after, DAY_MS } from '../../platform/time.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { KEY_KEPT_DAYS } from '../../platform/http/idempotency.ts';
import { checkVersion } from '../../platform/versions.ts';
import { deleteConsents, listAllConsents } from './consent-repository.ts';
import { loadWhole, checkKnown, viewOf } from './customers.ts';
import { customerEvents } from './events.ts';
import { replaceAddresses, replaceContactPoints } from './parts-repository.ts';
import { type KeptData, type PersonalDataSection, personalData } from './ports.ts';
import { deletePurchases, listPurchaseRows } from './purchase-repository.ts';
import { clearTombstones, findCustomerRow, lockCustomerRowsToEnd, updateCustomers } from './repository.ts';
import type { CustomerView } from './rules.ts';
import type { Consent, Customer, CustomerPurchase } from './tables.ts';
import { revokeCustomerTokens } from './tokens.ts';
import { nextVersion } from './write.ts';

/** Everything that is held about a customer. */
export interface PersonalDataBundle {
  readonly exportedAt: Date;
  readonly view: CustomerView;
  readonly consents: readonly Consent[];
  readonly purchases: readonly CustomerPurchase[];
  readonly sections: readonly { readonly name: string; readonly records: Record<string, unknown>[] }[];
}

/** Puts together everything that is held about a customer, by every module. Refusals: not_found, customer_merged. */
export async function exportPersonalData(
  ctx: Ctx,
  customerId: string,
  sections: readonly PersonalDataSection[] = personalData.get(),
): Promise<PersonalDataBundle> {
  const { db, shop } = ctx;
  const whole = await loadWhole(db, checkKnown(await findCustomerRow(db, shop.id, customerId)));
  const records: { name: string; records: Record<string, unknown>[] }[] = [];
  for (const section of sections) {
    records.push({ name: section.name, records: await section.export(db, ctx, customerId) });
  }
  return {
    exportedAt: ctx.now,
    view: await viewOf(db, whole),
    consents: await listAllConsents(db, shop.id, customerId),
    purchases: await listPurchaseRows(db, shop.id, customerId),
    sections: records,
  };
}

/** What an erasure did. */
export interface Erasure {
  readonly customerId: string;
  readonly erasedAt: Date;
  readonly kept: readonly KeptData[];
}

/**
 * Erases everything personal about a customer, in every module, and ends their tokens; the row with its random id
 * stays for what the law keeps. Erasing again changes nothing. Refusals: not_found, customer_merged, version_mismatch,
 * and what a module knows that has to be settled before.
 */
export async function eraseCustomer(
  ctx: Ctx,
  customerId: string,
  sections: readonly PersonalDataSection[] = personalData.get(),
): Promise<Erasure> {
  return inTransaction(ctx, async (tx) => {
    const [row] = await lockCustomerRowsToEnd(tx, ctx.shop.id, [customerId]);
    const customer = checkKnown(row);
    if (customer.erasedAt === null) {
      checkVersion(ctx, customer);
      for (const section of sections) await section.checkErasable?.(tx, ctx, customer.id);
      await eraseOwn(tx, ctx, customer);
    }
    const erasedAt = customer.erasedAt ?? ctx.now;
    const kept = answersKept(erasedAt, ctx.now);
    for (const section of sections) kept.push(...(await section.erase(tx, ctx, customer.id)).kept);
    return { customerId: customer.id, erasedAt, kept };
  });
}

/** Erases what this module holds. */
async function eraseOwn(tx: Tx, ctx: Ctx, customer: Customer): Promise<void> {
  const { shopId, id } = customer;
  const erased = nextVersion(ctx, {
    ...customer,
    externalId: null,
    name: 'Erased customer',
    company: null,
    locale: null,
    country: null,
    preferences: {},
    staffNote: null,
    metadata: {},
    erasedAt: ctx.now,
  });
  const empty = [{ customer: erased, contactPoints: [], addresses: [] }];
  await updateCustomers(tx, [erased]);
  const [consents, purchases] = await Promise.all([
    deleteConsents(tx, shopId, id),
    deletePurchases(tx, shopId, id),
    replaceContactPoints(tx, shopId, empty),
    replaceAddresses(tx, shopId, empty),
    clearTombstones(tx, shopId, id),
    revokeCustomerTokens(tx, ctx, id),
    appendEvents(tx, ctx, [eventRow(ctx, customerEvents.erased, id, { version: erased.version })]),
  ]);
  const details = { consents, purchases };
  await recordAudit(tx, ctx, { action: 'eraseCustomer', subjectType: 'customer', subjectId: id, details });
}

/** Answers to requests with an Idempotency-Key hold what the request wrote, and go by themselves. */
function answersKept(erasedAt: Date, now: Date): KeptData[] {
  const until = after(erasedAt, KEY_KEPT_DAYS * DAY_MS);
  if (until <= now) return [];
  const why =
    'A request that is sent again with the same Idempotency-Key gets the same answer; then they are deleted.';
  return [{ what: 'Stored answers to requests about the customer', why, until }];
}

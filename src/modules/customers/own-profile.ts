import type { Ctx } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import { listConsentsInForce } from './consent-repository.ts';
import type { Decision } from './consent-rules.ts';
import { recordConsent } from './consents.ts';
import { changeCustomer, loadWhole, checkKnown } from './customers.ts';
import { findCustomerRow } from './repository.ts';
import type { CustomerChanges, CustomerWhole } from './rules.ts';
import type { Consent } from './tables.ts';

/** A customer with what they allowed or refused. */
export interface OwnView extends CustomerWhole {
  readonly consents: readonly Consent[];
}

/** What a customer may change about themselves. */
export type OwnChanges = Pick<
  CustomerChanges,
  'name' | 'locale' | 'contactPoints' | 'addresses' | 'preferences'
>;

/** The profile of the customer who calls. Refusals: not_found. */
export async function getOwnProfile(ctx: Ctx): Promise<OwnView> {
  const id = ownId(ctx);
  const whole = await loadWhole(ctx.db, checkKnown(await findCustomerRow(ctx.db, ctx.shop.id, id)));
  return { ...whole, consents: await listConsentsInForce(ctx.db, ctx.shop.id, id) };
}

/** Changes the profile of the customer who calls, as JSON merge patch. Refusals: those of updateCustomer. */
export async function updateOwnProfile(ctx: Ctx, changes: OwnChanges): Promise<OwnView> {
  const id = ownId(ctx);
  return inTransaction(ctx, async (tx) => {
    const whole = await changeCustomer(tx, ctx, id, changes);
    return { ...whole, consents: await listConsentsInForce(tx, ctx.shop.id, id) };
  });
}

/** Writes down what the customer who calls allows or refuses. Refusals: those of recordConsent. */
export const recordOwnConsent = (ctx: Ctx, decision: Decision): Promise<Consent> =>
  recordConsent(ctx, ownId(ctx), { ...decision, source: 'own profile' });

function ownId({ customerId }: Ctx): string {
  if (customerId === undefined) throw platformErrors.not_found();
  return customerId;
}

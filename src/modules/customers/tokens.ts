import { forgetCredentials } from '../../platform/auth/api-keys.ts';
import { customerTokens } from '../../platform/auth/tokens.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { customersErrors } from './errors.ts';
import { findCustomerRow, insertRevocation } from './repository.ts';
import { findStandingFault } from './rules.ts';

/**
 * Makes a token with which a customer acts for themselves for `ttlMinutes` of real time. Refusals:
 * customer_not_found, customer_merged, customer_erased.
 */
export async function createCustomerToken(
  ctx: Ctx,
  { customerId, ttlMinutes }: { readonly customerId: string; readonly ttlMinutes: number },
): Promise<{ token: string; expiresAt: Date }> {
  const pointer = '/customerId';
  const row = await findCustomerRow(ctx.db, ctx.shop.id, customerId);
  if (!row) throw customersErrors.customer_not_found(undefined, { pointer });
  const fault = findStandingFault(row, pointer);
  if (fault) throw fault;
  return customerTokens(ctx.config, ctx.clock).sign({ shop: ctx.shop.id, sub: row.id }, ttlMinutes * 60);
}

// A token that is signed while its customer is being erased is younger than the erasure. It must not count either, so
// the revocation is dated after every token that can be signed.
const FOR_EVER = new Date('9999-12-31T00:00:00Z');

/** Ends every token of a customer who is gone, also those that are being signed at this moment. */
export async function revokeCustomerTokens(tx: Tx, ctx: Ctx, customerId: string): Promise<void> {
  await insertRevocation(tx, ctx.shop.id, customerId, FOR_EVER);
  forgetCredentials(tx, ctx);
}

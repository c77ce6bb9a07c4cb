import type { Ctx } from '../../platform/context.ts';
import type { Reader } from '../../platform/db/client.ts';
import { findErased } from '../customers/standing.ts';
import type { Order } from '../orders/tables.ts';
import { PAYOUT_METHODS, type PayoutMethod } from './policy-rules.ts';

const ALONG_PAYMENTS: readonly PayoutMethod[] = ['original_payment'];

/** How who bought something can be paid: stored value and coupons need a customer, and one who has not been erased. */
export async function payableMethods(
  on: Reader,
  ctx: Ctx,
  { customerId }: Pick<Order, 'customerId'>,
): Promise<readonly PayoutMethod[]> {
  if (customerId === null) return ALONG_PAYMENTS;
  const erased = await findErased(on, ctx.shop.id, [customerId]);
  return payableTo(customerId, erased);
}

/** The same by what is known of customers. */
export const payableTo = (customerId: string | null, erased: ReadonlySet<string>): readonly PayoutMethod[] =>
  customerId === null || erased.has(customerId) ? ALONG_PAYMENTS : PAYOUT_METHODS;

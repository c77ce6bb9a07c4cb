import type { Ctx } from '../../../platform/context.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { withdrawRow } from './code-repository.ts';
import { getDefinition, listGivable } from './definition-repository.ts';
import { couponEvent, couponEvents } from './events.ts';
import { issueTo } from './issue.ts';
import type { Coupon } from './tables.ts';

/** Which of these definitions have codes that are given to customers now. */
export const findGivableDefinitions = (
  on: Reader,
  shopId: string,
  ids: readonly string[],
): Promise<string[]> => listGivable(on, shopId, ids);

/**
 * Building block: gives a customer, who is held, a code of their own. Refusals: not_found, coupon_definition_not_active,
 * coupon_codes_limit_reached, coupon_validity_contradictory, coupon_campaign_ended.
 */
export async function giveCoupon(
  tx: Tx,
  ctx: Ctx,
  definitionId: string,
  customerId: string,
): Promise<Coupon> {
  return issueTo(tx, ctx, await getDefinition(tx, ctx.shop.id, definitionId), { customerId });
}

/** Building block: takes a code back that nobody holds or has used. False where it is too late. */
export async function takeCouponBack(tx: Tx, ctx: Ctx, id: string): Promise<boolean> {
  const revoked = await withdrawRow(tx, ctx, id);
  if (revoked) await appendEvents(tx, ctx, [couponEvent(ctx, couponEvents.revoked, revoked)]);
  return revoked !== undefined;
}

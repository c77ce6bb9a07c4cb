import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { type Guard, StaleRead, whenRefused } from '../../../platform/db/guards.ts';
import type { EventDefinition } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { UsingOrder } from '../usage/rules.ts';
import { couponEvent, couponEvents } from './events.ts';
import { findCouponsRefusal, type ResolvedCoupon, resolveCoupons } from './resolve.ts';
import { confirmCoupons, couponsPart, giveBackCoupons, type MovedUse } from './take-repository.ts';

/**
 * Takes one use of each code for a new order, all or none, as part of the statement that places it: held, or used when there is nothing to
 * pay. Its failure is coupons_refused, with the code and why; where that is over by then, `StaleRead`: who tries again may have it.
 */
export function requireCoupons(
  ctx: Ctx,
  order: UsingOrder,
  coupons: readonly ResolvedCoupon[],
  pointer = '/couponCodes',
): Guard | undefined {
  if (coupons.length === 0) return undefined;
  const subject = { type: 'order', id: order.orderId };
  const kind = order.isPaid ? couponEvents.used : couponEvents.held;
  const events = coupons.map((coupon) =>
    couponEvent(ctx, kind, { ...coupon, id: coupon.couponId, amount: null }, subject),
  );
  const toError = whenRefused('coupons_taken', async () => {
    const codes = coupons.map(({ spelling }) => spelling);
    const { customerId, channel, placedAt: now } = order;
    const outcomes = await resolveCoupons(ctx.db, ctx.shop, { codes, customerId, channel, now });
    return findCouponsRefusal(outcomes, pointer) ?? new StaleRead();
  });
  return { part: couponsPart(order, coupons, events), toError };
}

/** Building block: an order was paid, and what it held is used. The caller has locked it. A second time nothing happens. */
export const useCoupons = async (tx: Tx, ctx: Ctx, orderId: string): Promise<void> =>
  tell(tx, ctx, couponEvents.used, orderId, await confirmCoupons(tx, [ctx.shop.id, orderId, ctx.now]));

/** Building block: an order was cancelled or has lapsed, and its codes have their uses again. The caller has locked it. A second time nothing happens. */
export const returnCoupons = async (tx: Tx, ctx: Ctx, orderId: string): Promise<void> =>
  tell(tx, ctx, couponEvents.returned, orderId, await giveBackCoupons(tx, [ctx.shop.id, orderId, ctx.now]));

const tell = (
  tx: Tx,
  ctx: Ctx,
  kind: EventDefinition<typeof couponEvents.held.data>,
  orderId: string,
  moved: readonly MovedUse[],
): Promise<void> =>
  appendEvents(
    tx,
    ctx,
    moved.map(({ id, definition_id: definitionId, customer_id: customerId, valid_until: validUntil }) =>
      couponEvent(
        ctx,
        kind,
        { id, definitionId, customerId, validUntil, amount: null },
        { type: 'order', id: orderId },
      ),
    ),
  );

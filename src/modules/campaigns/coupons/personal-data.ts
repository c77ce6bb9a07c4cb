import { preparedSql } from '../../../platform/db/prepared.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { CustomerMove, PersonalDataSection } from '../../customers/ports.ts';
import { couponPromisesOf } from '../../ledger/accounts.ts';
import { post } from '../../ledger/post.ts';
import { credit, debit } from '../../ledger/rules.ts';
import { couponEvent, couponEvents } from './events.ts';
import { presentCoupon } from './schemas.ts';
import { lapseValues } from './value-lapse.ts';
import { endCodesOf, listCodesOf, moveCodes } from './value-repository.ts';

interface UseRow extends Record<string, unknown> {
  readonly order_id: string;
  readonly coupon_id: string;
  readonly state: string;
  readonly at: Date;
}
// By coupon_uses_customer_idx.
const selectUses = preparedSql<UseRow>(
  'select_coupon_uses_of_customer',
  `select order_id, coupon_id, state, at from coupon_uses where shop_id = $1 and customer_id = $2 order by order_id, coupon_id`,
);
const forgetUses = preparedSql(
  'forget_coupon_uses',
  `with counters as (delete from coupon_customer_counters where shop_id = $1 and customer_id = $2)
   update coupon_uses set customer_id = null where shop_id = $1 and customer_id = $2`,
);
const moveUses = preparedSql<{ order_id: string }>(
  'move_coupon_uses',
  `with gone as (
     delete from coupon_customer_counters where shop_id = $1 and customer_id = $2 returning definition_id, period, uses
   ), kept as (
     insert into coupon_customer_counters as k (shop_id, definition_id, customer_id, period, uses)
     select $1, definition_id, $3::uuid, period, uses from gone order by definition_id, period
     on conflict (shop_id, definition_id, customer_id, period) do update set uses = k.uses + excluded.uses
   )
   update coupon_uses set customer_id = $3::uuid where shop_id = $1 and customer_id = $2 returning order_id`,
);

/**
 * The codes of a customer, and what orders had of codes. A value is no money that could be paid out, so it ends with who could use it.
 */
export const couponPersonalData: PersonalDataSection = {
  name: 'coupons',
  async export(on, ctx, customerId) {
    const codes = await listCodesOf(on, ctx.shop.id, customerId);
    const uses = await selectUses(on, [ctx.shop.id, customerId]);
    return [
      ...codes.map((coupon) => ({ what: 'coupon', ...presentCoupon(coupon, ctx.shop.currency) })),
      ...uses.map((use) => ({
        what: 'use',
        orderId: use.order_id,
        couponId: use.coupon_id,
        state: use.state,
        at: use.at.toISOString(),
      })),
    ];
  },
  async erase(tx, ctx, customerId) {
    const ended = await endCodesOf(tx, ctx, customerId);
    await lapseValues(tx, ctx, 'revoked', ended);
    await appendEvents(
      tx,
      ctx,
      ended.map((coupon) => couponEvent(ctx, couponEvents.revoked, coupon)),
    );
    await forgetUses(tx, [ctx.shop.id, customerId]);
    return { kept: [] };
  },
};

/** The codes of a duplicate become those of the customer that stays, with what is owed for them and how often they were used. */
export const couponCustomerMove: CustomerMove = {
  name: 'coupons',
  async move(tx, ctx, from, to) {
    // The rows are locked from here on: who uses or returns one is done, or finds it with the survivor.
    const moved = await moveCodes(tx, ctx, from, to);
    const owed = moved.filter(({ state, used }) => state === 'active' && used === 0);
    const amount = owed.reduce((sum, coupon) => sum + (coupon.amount ?? 0n), 0n);
    await post(tx, ctx, {
      kind: 'coupon_promises_merged',
      subject: from,
      legs: [debit(couponPromisesOf(from), amount), credit(couponPromisesOf(to), amount)],
    });
    const uses = await moveUses(tx, [ctx.shop.id, from, to]);
    return moved.length + uses.length;
  },
};

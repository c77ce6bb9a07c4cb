import type { CustomerMove, PersonalDataSection } from '../customers/ports.ts';
import { couponPromisesOf } from '../ledger/accounts.ts';
import { post } from '../ledger/post.ts';
import { credit, debit } from '../ledger/rules.ts';
import { listPromisesOf, movePromiseRows } from './coupon-promise-repository.ts';
import { presentCouponPromise } from './coupon-promise-schemas.ts';
import { revokeCouponPromises } from './coupon-promises.ts';

/** What is promised to a customer as coupons. It is no money that could be paid out, so it ends with who could use it. */
export const couponPromisePersonalData: PersonalDataSection = {
  name: 'couponPromises',
  export: async (on, ctx, customerId) =>
    (await listPromisesOf(on, ctx.shop.id, customerId)).map(presentCouponPromise),
  async erase(tx, ctx, customerId) {
    await revokeCouponPromises(tx, ctx, customerId);
    return { kept: [] };
  },
};

/** The promises of a duplicate become those of the customer that stays, with what is owed for them. */
export const couponPromiseCustomerMove: CustomerMove = {
  name: 'couponPromises',
  async move(tx, ctx, from, to) {
    // The rows are locked from here on: who uses or returns one is done, or finds it with the survivor.
    const moved = await movePromiseRows(tx, ctx, from, to);
    const open = moved.filter(({ state }) => state === 'issued' || state === 'held');
    const amount = open.reduce((sum, promise) => sum + promise.amount, 0n);
    await post(tx, ctx, {
      kind: 'coupon_promises_merged',
      subject: from,
      legs: [debit(couponPromisesOf(from), amount), credit(couponPromisesOf(to), amount)],
    });
    return moved.length;
  },
};

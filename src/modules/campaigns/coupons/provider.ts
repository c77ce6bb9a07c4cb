import { couponPromisesOf } from '../../ledger/accounts.ts';
import { paymentErrors } from '../../payments/errors.ts';
import { neverCalled } from '../../payments/providers/never-called.ts';
import type { PaymentProvider } from '../../payments/providers/provider.ts';
import type { Payment } from '../../payments/tables.ts';
import { returnValueCoupon, useValueCoupon } from './value.ts';

/** The coupon that a payment takes, or that is to be taken with it; undefined when none was named. */
export function couponIdOf({ options }: Pick<Payment, 'options'>): string | undefined {
  const { couponId } = options;
  return typeof couponId === 'string' ? couponId : undefined;
}

/**
 * A coupon of a value as a way to pay: one of the customer whose order or settlement it is, which is held for it. What pays opens such a
 * payment, with a coupon that it holds.
 */
export const couponProvider: PaymentProvider = {
  ...neverCalled,
  name: 'coupon',
  manual: false,
  storedValue: {
    accountOf: async (_tx, _ctx, { payerId }) => (payerId === null ? undefined : couponPromisesOf(payerId)),
    async onMoved(tx, ctx, payment, entry, kind) {
      const id = couponIdOf(payment);
      if (id === undefined || entry.ownerId === null)
        throw new Error(`payment ${payment.id} names no coupon`);
      // What leaves a liability is debited: positive in the books, and taken from its owner.
      const amount = kind === 'spent' ? entry.amount : -entry.amount;
      const forSubject = { type: payment.subjectType, id: payment.subjectId };
      const use = { id, customerId: entry.ownerId, forSubject, amount };
      await (kind === 'spent' ? useValueCoupon(tx, ctx, use) : returnValueCoupon(tx, ctx, use));
    },
  },
  isAvailable: () => true,
  checkCharge(payment) {
    if (couponIdOf(payment) !== undefined) return;
    throw paymentErrors.provider_not_available('A coupon is named as couponCode.', { pointer: '/provider' });
  },
};

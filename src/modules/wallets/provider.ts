import { couponPromisesOf, walletOf } from '../ledger/accounts.ts';
import { paymentErrors } from '../payments/errors.ts';
import { neverCalled } from '../payments/providers/never-called.ts';
import { refusePaymentMethod } from '../payments/providers/payment-method.ts';
import type { PaymentProvider } from '../payments/providers/provider.ts';
import type { Payment } from '../payments/tables.ts';
import { returnCouponPromise, useCouponPromise } from './coupon-promises.ts';
import { amountToOwner } from './rules.ts';
import { recordMovement } from './movements.ts';

/** Stored value as a way to pay: the wallet of the customer whose order or settlement it is. */
export const walletProvider: PaymentProvider = {
  ...neverCalled,
  name: 'wallet',
  manual: false,
  storedValue: {
    accountOf: walletOf,
    async onMoved(tx, ctx, payment, entry, kind) {
      const subject = { type: payment.subjectType, id: payment.subjectId };
      await recordMovement(tx, ctx, entry, { kind, subject });
    },
  },
  isAvailable: () => true,
  checkCharge: refusePaymentMethod,
};

/** The promise that a payment takes, or that is to be taken with it; undefined when none was named. */
export function couponPromiseOf({ options }: Pick<Payment, 'options'>): string | undefined {
  const { couponPromiseId } = options;
  return typeof couponPromiseId === 'string' ? couponPromiseId : undefined;
}

/**
 * The promise of a coupon as a way to pay: one of the customer whose order or settlement it is, which is held for it. What pays opens
 * such a payment; nobody asks for one by its name.
 */
export const couponProvider: PaymentProvider = {
  ...neverCalled,
  name: 'coupon',
  manual: false,
  storedValue: {
    accountOf: couponPromisesOf,
    async onMoved(tx, ctx, payment, entry, kind) {
      const id = couponPromiseOf(payment);
      if (id === undefined || entry.ownerId === null)
        throw new Error(`payment ${payment.id} names no promise`);
      const amount = kind === 'spent' ? -amountToOwner(entry) : amountToOwner(entry);
      const forSubject = { type: payment.subjectType, id: payment.subjectId };
      const use = { id, customerId: entry.ownerId, forSubject, amount };
      await (kind === 'spent' ? useCouponPromise(tx, ctx, use) : returnCouponPromise(tx, ctx, use));
    },
  },
  isAvailable: () => true,
  checkCharge(payment) {
    if (couponPromiseOf(payment) !== undefined) return;
    throw paymentErrors.provider_not_available('A promise of a coupon is named as couponPromiseId.', {
      pointer: '/provider',
    });
  },
};

import { walletOf } from '../ledger/accounts.ts';
import { neverCalled } from '../payments/providers/never-called.ts';
import { refusePaymentMethod } from '../payments/providers/payment-method.ts';
import type { PaymentProvider } from '../payments/providers/provider.ts';
import { recordMovement } from './movements.ts';

/** Stored value as a way to pay: the wallet of the customer whose order or settlement it is. */
export const walletProvider: PaymentProvider = {
  ...neverCalled,
  name: 'wallet',
  manual: false,
  storedValue: {
    accountOf: async (_tx, _ctx, { payerId }) => (payerId === null ? undefined : walletOf(payerId)),
    async onMoved(tx, ctx, payment, entry, kind) {
      const subject = { type: payment.subjectType, id: payment.subjectId };
      await recordMovement(tx, ctx, entry, { kind, subject });
    },
  },
  isAvailable: () => true,
  checkCharge: refusePaymentMethod,
};

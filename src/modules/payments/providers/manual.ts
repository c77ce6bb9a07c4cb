import { neverCalled } from './never-called.ts';
import { refusePaymentMethod } from './payment-method.ts';
import type { PaymentProvider } from './provider.ts';

/** Cash or a bank transfer: staff records what was received and what was given back. */
export const manual: PaymentProvider = {
  ...neverCalled,
  name: 'manual',
  manual: true,
  isAvailable: () => true,
  checkCharge: refusePaymentMethod,
};

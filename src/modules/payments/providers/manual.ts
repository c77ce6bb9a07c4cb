import type { PaymentProvider } from './provider.ts';
import { refusePaymentMethod } from './payment-method.ts';

const notCalled = async (): Promise<never> => {
  throw new Error('a manual payment is recorded, not called');
};

/** Cash or a bank transfer: staff records what was received and what was given back. */
export const manual: PaymentProvider = {
  name: 'manual',
  manual: true,
  isAvailable: () => true,
  checkCharge: refusePaymentMethod,
  charge: notCalled,
  findCharge: notCalled,
  cancel: notCalled,
  refund: notCalled,
  readCallback: async () => undefined,
};

import type { PaymentProvider } from './provider.ts';

const notCalled = async (): Promise<never> => {
  throw new Error('a manual payment is recorded, not called');
};

/** Cash or a bank transfer: staff records what was received and what was given back. */
export const manual: PaymentProvider = {
  name: 'manual',
  manual: true,
  isAvailable: () => true,
  charge: notCalled,
  findCharge: notCalled,
  refund: notCalled,
  readCallback: () => undefined,
};

import type { PaymentProvider } from './provider.ts';

const notCalled = async (): Promise<never> => {
  throw new Error('what the shop itself writes down is not asked of a provider');
};

/** For ways to pay without anybody outside who could be asked, or who calls back. */
export const neverCalled: Pick<
  PaymentProvider,
  'charge' | 'findCharge' | 'cancel' | 'refund' | 'readCallback'
> = {
  charge: notCalled,
  findCharge: notCalled,
  cancel: notCalled,
  refund: notCalled,
  readCallback: async () => undefined,
};

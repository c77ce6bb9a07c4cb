import { defineErrors } from '../../platform/errors.ts';

export const paymentErrors = defineErrors({
  provider_not_available: [422, 'This payment provider cannot be used here'],
  callback_not_genuine: [401, 'The callback is not signed by the provider'],
  refund_not_manual: [409, 'The provider reports this refund itself'],
  refund_finished: [409, 'The refund has succeeded'],
});

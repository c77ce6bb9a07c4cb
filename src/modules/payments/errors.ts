import { defineErrors } from '../../platform/errors.ts';

export const paymentErrors = defineErrors({
  provider_not_available: [422, 'This payment provider cannot be used here'],
  amount_not_supported: [422, 'The payment provider cannot take this amount in this currency'],
  payment_method_not_taken: [422, 'Only some payment providers take a payment method'],
  account_key_mode: [422, 'A test shop takes only test keys, and a live shop only live keys'],
  callback_not_genuine: [401, 'The callback is not signed by the provider'],
  refund_not_manual: [409, 'The provider reports this refund itself'],
  refund_finished: [409, 'The refund has succeeded'],
});

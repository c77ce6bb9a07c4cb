import { paymentErrors } from '../errors.ts';
import type { Payment } from '../tables.ts';

/** The payment method that the shop named, by the provider's own id; undefined when the customer's browser names one. */
export function paymentMethodOf({ options }: Pick<Payment, 'options'>): string | undefined {
  const { paymentMethod } = options;
  return typeof paymentMethod === 'string' ? paymentMethod : undefined;
}

/** For providers that know no payment methods: one that is sent must not be passed over in silence. */
export function refusePaymentMethod(payment: Payment): void {
  if (paymentMethodOf(payment) === undefined) return;
  throw paymentErrors.payment_method_not_taken(`The provider ${payment.provider} takes none.`, {
    pointer: '/paymentMethod',
  });
}

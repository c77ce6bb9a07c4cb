import { defineErrors } from '../../platform/errors.ts';

export const walletErrors = defineErrors({
  wallet_not_empty: [409, 'The customer still has stored value; it has to be paid out before'],
  coupon_promise_not_usable: [409, 'The promised coupon was used or is over, or has less left'],
});

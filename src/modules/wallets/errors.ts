import { defineErrors } from '../../platform/errors.ts';
import { PositiveAmount, ref } from '../../platform/http/schema.ts';

export const walletErrors = defineErrors({
  wallet_not_empty: [
    409,
    'The customer still has stored value; it has to be paid out before',
    { balanceAmount: ref(PositiveAmount, { description: 'What the wallet holds.' }) },
  ],
});

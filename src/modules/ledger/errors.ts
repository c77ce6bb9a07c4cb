import { defineErrors } from '../../platform/errors.ts';
import { PositiveAmount, ref } from '../../platform/http/schema.ts';

export const ledgerErrors = defineErrors({
  insufficient_balance: [
    422,
    'The balance is not enough',
    {
      availableAmount: ref(PositiveAmount, {
        description: 'What can be spent: the balance less what is held.',
      }),
    },
  ],
  hold_not_active: [409, 'The hold was captured, released or has expired'],
});

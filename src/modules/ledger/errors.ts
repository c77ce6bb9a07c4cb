import { defineErrors } from '../../platform/errors.ts';

export const ledgerErrors = defineErrors({
  insufficient_balance: [422, 'The balance is not enough'],
  hold_not_active: [409, 'The hold was captured, released or has expired'],
});

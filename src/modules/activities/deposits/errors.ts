import { defineErrors } from '../../../platform/errors.ts';
import { PositiveAmount, ref } from '../../../platform/http/schema.ts';

export const depositErrors = defineErrors({
  gift_deposits_off: [409, 'The shop takes no deposits with gifts: `giftDepositsEnabled` is off'],
  gift_deposit_limit_reached: [409, 'As much is deposited with the shop as it lets be'],
  gift_deposit_taken: [409, 'The customer has a deposit of this activity already'],
  gift_deposit_not_active: [409, 'The deposit is not paid, or all of it is back'],
  gift_deposit_nothing_due: [409, 'No part of the deposit is due'],
  gift_deposit_code_unknown: [422, 'No deposit with something due has this claim code'],
  gift_deposit_goods_out: [
    409,
    'The goods that came with the deposit are with the customer or on their way: the shop settles early when they come back, or as it likes',
  ],
  gift_deposit_settled_early: [409, 'All of the deposit is due already'],
  gift_deposit_not_back: [
    409,
    'The customer has a deposit that is not back yet',
    { outstandingAmount: ref(PositiveAmount, { description: 'What is not back, in minor units.' }) },
  ],
});

import { Type } from '@sinclair/typebox';
import { defineErrors } from '../../../platform/errors.ts';
import { PositiveAmount, ref } from '../../../platform/http/schema.ts';

export const giftErrors = defineErrors({
  gift_not_found: [422, 'There is no such gift'],
  gift_not_available: [409, 'The gift cannot be had at this moment'],
  gift_out_of_stock: [409, 'There are not so many left of the gift'],
  gift_stock_too_large: [422, 'So many cannot be counted'],
  gift_limit_reached: [
    409,
    'The member cannot have so many of the gift',
    { availableQuantity: Type.Integer({ description: 'How many they can still have.' }) },
  ],
  gift_price_changed: [
    409,
    'The gift costs something else than expected',
    {
      pricePoints: Type.Integer({ description: 'What one costs now.' }),
      priceAmount: ref(PositiveAmount, { description: 'What one costs in money on top.' }),
    },
  ],
  redemption_not_paid: [
    409,
    'What it costs in money is not paid',
    { dueAmount: ref(PositiveAmount, { description: 'What is still to be paid.' }) },
  ],
  redemption_not_payable: [409, 'Nothing is to be paid for the redemption'],
  redemption_payment_too_large: [
    422,
    'More would be paid than is due',
    { dueAmount: ref(PositiveAmount, { description: 'What is still to be paid.' }) },
  ],
  tier_too_low: [409, 'The gift is for members of a higher tier'],
  gift_product_not_found: [422, 'There is no such product'],
  gift_tier_not_found: [422, 'The loyalty programme has no such tier'],
  gift_times_contradictory: [422, 'It ends before it begins'],
  redemption_not_held: [409, 'The redemption is not held any more'],
  redemption_not_cancellable: [409, 'Of the redemption there are not so many left to give up'],
  claim_code_unknown: [422, 'There is no gift to hand over for this code'],
  gift_grant_not_found: [422, 'The customer is owed no such gift'],
  gift_grant_not_shippable: [422, 'It is no product of the shop and is handed over at the counter'],
  gift_grant_not_open: [409, 'The gift is not owed any more, or is on its way'],
});

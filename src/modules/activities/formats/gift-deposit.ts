import { Type } from '@sinclair/typebox';
import { ref } from '../../../platform/http/schema.ts';
import { defineFormat, type ParameterFault } from '../format.ts';
import { isNoLess, valueOfAll } from '../rewards/rules.ts';
import { type Reward, RewardModel } from '../rewards/schemas.ts';
import { count, findWorseNumber, parametersOf, someAmount } from './parameters.ts';

const fault = (pointer: string, detail: string): ParameterFault => ({ pointer, detail });

/** Money back with yield would be no deposit: what comes with it are goods of the shop, which go with an order or over the counter. */
const findGiftFaults = (gifts: readonly Reward[]): ParameterFault[] =>
  gifts.flatMap((gift, i) =>
    gift.kind === 'goods' && gift.productId != null
      ? []
      : [fault(`/gifts/${i}`, 'It has to be goods, of a product of the shop.')],
  );

/** Customers lend the shop an amount, have goods for it, and get all of it back in monthly parts. */
export const giftDeposit = defineFormat({
  type: 'gift_deposit',
  parameters: parametersOf(
    'GiftDeposit',
    'gift_deposit',
    'Customers pay a deposit, have goods with it, and get all of it back in monthly parts.',
    {
      depositAmount: someAmount('What is paid, and comes back to the last cent.'),
      instalments: count('In how many monthly parts it comes back.', 60),
      gifts: Type.Array(ref(RewardModel), {
        minItems: 1,
        maxItems: 10,
        description: 'What comes with it: goods, of products of the shop.',
      }),
      payWithinHours: count('For how many hours a place is held for who has not paid.', 168),
    },
  ),
  joining: 'by_source',
  rewardsOf: ({ gifts }) => gifts.map((reward, i) => ({ pointer: `/gifts/${i}`, reward })),
  promisedAmount: ({ gifts }) => valueOfAll(gifts),
  findFaults: ({ gifts, depositAmount, instalments }) => [
    ...findGiftFaults(gifts),
    ...(instalments > depositAmount ? [fault('/instalments', 'Some parts would be nothing.')] : []),
  ],
  findWorse: (before, after) => [
    ...(before.depositAmount === after.depositAmount ? [] : [fault('/depositAmount', 'It was announced.')]),
    ...findWorseNumber('/instalments', before.instalments, after.instalments, 'lower'),
    ...findWorseNumber('/payWithinHours', before.payWithinHours, after.payWithinHours, 'higher'),
    ...(before.gifts.some((was, i) => !after.gifts[i] || !isNoLess(after.gifts[i], was))
      ? [fault('/gifts', 'It can only become more.')]
      : []),
  ],
});

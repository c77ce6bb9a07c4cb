import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { takeCouponBack } from '../../campaigns/coupons/give.ts';
import { withdrawGift } from '../../loyalty/gifts/grants.ts';
import { withdrawLot } from '../../loyalty/withdraw.ts';
import type { ActivityReward } from '../tables.ts';
import { giftSourceOf } from './rules.ts';

/**
 * Building block: takes back what was given. False where it is too late: it is used, spent, on its way. Points that are left of their lot go,
 * those that are spent stay spent. Stored value is not taken back: in a wallet it cannot be told from the customer's own.
 */
export async function withdrawGiven(tx: Tx, ctx: Ctx, given: ActivityReward): Promise<boolean> {
  const { reward, givenId, customerId } = given;
  if (givenId === null) throw new Error(`nothing was given for the reward ${given.id}`);
  switch (reward.kind) {
    case 'points':
      return withdrawLot(tx, ctx, customerId, givenId);
    case 'coupon':
      return takeCouponBack(tx, ctx, givenId);
    case 'goods':
      return withdrawGift(tx, ctx, giftSourceOf(given), reward.quantity);
    case 'stored_value':
      return false;
  }
}

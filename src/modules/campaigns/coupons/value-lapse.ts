import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { couponPromisesOf, lapsedCoupons } from '../../ledger/accounts.ts';
import { post } from '../../ledger/post.ts';
import { credit, debit } from '../../ledger/rules.ts';
import type { Coupon } from './tables.ts';

/** What is not taken off any more is the shop's again. Codes that open a campaign were never owed. */
export async function lapseValues(
  tx: Tx,
  ctx: Ctx,
  how: 'expired' | 'revoked',
  ended: readonly Coupon[],
): Promise<void> {
  const transfers = ended.flatMap(({ id, customerId, amount }) =>
    amount === null || customerId === null
      ? []
      : [
          {
            kind: `coupon_promise_${how}`,
            subject: id,
            legs: [debit(couponPromisesOf(customerId), amount), credit(lapsedCoupons(), amount)],
          },
        ],
  );
  if (transfers.length > 0) await post(tx, ctx, ...transfers);
}

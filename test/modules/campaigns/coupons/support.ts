import { isResolved, resolveCoupons } from '../../../../src/modules/campaigns/coupons/resolve.ts';
import { requireCoupons } from '../../../../src/modules/campaigns/coupons/take.ts';
import { explainFailure } from '../../../../src/platform/db/guards.ts';
import { inOneStatement } from '../../../../src/platform/db/transaction.ts';
import { newId } from '../../../../src/platform/ids.ts';
import type { TestShop } from '../../../support/app.ts';

interface Taking {
  readonly customerId?: string | null;
  readonly isPaid?: boolean;
  readonly orderId?: string;
}

/** Takes codes for an order, as the statement that places one does. Returns the order's id; what cannot be had is thrown. */
export async function takeCodes(
  shop: TestShop,
  codes: readonly string[],
  taking: Taking = {},
): Promise<string> {
  const ctx = await shop.ctx();
  const { customerId = null, isPaid = false, orderId = newId() } = taking;
  const buyer = { codes, customerId, channel: 'web', now: ctx.now };
  const coupons = (await resolveCoupons(ctx.db, ctx.shop, buyer)).filter(isResolved);
  const order = { shopId: shop.shopId, orderId, customerId, channel: 'web', placedAt: ctx.now, isPaid };
  const guard = requireCoupons(ctx, order, coupons);
  if (!guard) throw new Error(`nothing is to be had of ${codes.join(', ')}`);
  try {
    await inOneStatement(ctx, undefined, [guard.part]);
  } catch (error) {
    throw await explainFailure(error, [guard]);
  }
  return orderId;
}

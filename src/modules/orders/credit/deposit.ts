import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { orderErrors } from '../errors.ts';
import { ordersSettings } from '../settings.ts';
import type { Order } from '../tables.ts';
import { listDues } from './repository.ts';
import { openPartsOf } from './rules.ts';

/**
 * A deposit is what a shop wants to have before it hands anything over. The order is locked: nobody pays meanwhile. Refusal:
 * deposit_open, unless the shop ships all the same.
 */
export async function refuseOpenDeposit(tx: Tx, ctx: Ctx, order: Order): Promise<void> {
  if (order.terms !== 'on_account' || ordersSettings.of(ctx.shop).shipsBeforeDeposit) return;
  const parts = openPartsOf(order, await listDues(tx, order.shopId, [order.id]));
  const open = parts.find(({ part }) => part === 'deposit')?.openAmount ?? 0n;
  if (open === 0n) return;
  throw orderErrors.deposit_open(`${open} of the deposit are not paid.`, {
    extra: { openDepositAmount: Number(open) },
  });
}

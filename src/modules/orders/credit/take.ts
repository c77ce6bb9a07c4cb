import type { Ctx } from '../../../platform/context.ts';
import { type Guard, whenRefused } from '../../../platform/db/guards.ts';
import { orderErrors } from '../errors.ts';
import { ordersSettings } from '../settings.ts';
import type { Order } from '../tables.ts';
import { creditPart, findCredit } from './repository.ts';

/**
 * What an order on account of a customer needs in the statement that places it; nothing for any other. `toError` says why the credit was
 * not given: credit_exceeded with what is left, or not_for_customers where nothing was agreed.
 */
export function requireCredit(ctx: Ctx, order: Order): Guard | undefined {
  const isOnCredit = order.terms === 'on_account' && order.customerId !== null && order.totalAmount > 0n;
  if (!isOnCredit) return undefined;
  const { accountReminderDays: remindDays, accountGraceDays: graceDays } = ordersSettings.of(ctx.shop);
  const toError = whenRefused('credit_refused', async () => {
    const credit = await findCredit(ctx.db, ctx.shop.id, order.customerId ?? '');
    if (ctx.customerId !== undefined && !credit?.isAgreed)
      return orderErrors.not_for_customers('Nothing was agreed about ordering on account.', {
        pointer: '/terms',
      });
    const left = (credit?.creditLimitAmount ?? 0n) - (credit?.usedAmount ?? 0n);
    const available = left > 0n ? left : 0n;
    return orderErrors.credit_exceeded(
      `The order comes to ${order.totalAmount}, and ${available} are left.`,
      {
        pointer: '/terms',
        extra: { leftAmount: Number(available) },
      },
    );
  });
  const timing = { remindDays, graceDays, timezone: ctx.shop.timezone };
  return { part: creditPart(order, timing, ctx.customerId !== undefined), toError };
}

import { eq, and } from 'drizzle-orm';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import { checkVersion } from '../../platform/versions.ts';
import { useEntryBudgets } from '../campaigns/entry-items/take.ts';
import { useCampaigns } from '../campaigns/usage/take.ts';
import { floorOf } from '../catalogue/rules.ts';
import { findSellables } from '../catalogue/sellables.ts';
import { catalogueSettings } from '../catalogue/settings.ts';
import { orderErrors } from './errors.ts';
import { orderEvents } from './events.ts';
import { logoAmountOf } from './logo-requests/line-rules.ts';
import { earnOrderPoints } from './points.ts';
import { postOrderChange } from './postings.ts';
import { refundSurplus } from './refunds.ts';
import { loadWhole, lockOrder, type OrderWhole, updateOrder } from './repository.ts';
import { decidePaymentState, priceBasket, spreadReduction } from './rules.ts';
import { orderSummary, summaryWithLines } from './summary.ts';
import { type Order, type OrderLine, orderAdjustments, orderLines } from './tables.ts';
import { addTimeline } from './timeline.ts';

/**
 * Lowers the price of an unpaid order by an amount, spread over the lines down to their floors, with a reason.
 * Refusals: order_not_repricable, below_floor (with the largest reduction that is possible).
 */
export async function lowerOrderPrice(
  ctx: Ctx,
  input: { orderId: string; reductionAmount: number; reason: string },
): Promise<OrderWhole> {
  return inTransaction(ctx, async (tx) => {
    const order = await lockOrder(tx, ctx.shop.id, input.orderId);
    checkVersion(ctx, order);
    if (order.status !== 'pending' || order.fulfilmentState !== 'unfulfilled')
      throw orderErrors.order_not_repricable();
    const { lines } = await loadWhole(tx, order);
    const shares = await shareOut(tx, ctx, lines, BigInt(input.reductionAmount));
    const repriced = await writeReduction(tx, ctx, order, lines, shares, input.reason);
    const settled = await afterReduction(tx, ctx, order, repriced, input.reason);
    return loadWhole(tx, settled);
  });
}

async function shareOut(tx: Tx, ctx: Ctx, lines: readonly OrderLine[], reduction: bigint): Promise<bigint[]> {
  const { minimumMarginBps } = catalogueSettings.of(ctx.shop);
  const products = await findSellables(tx, ctx.shop.id, [...new Set(lines.map((line) => line.productId))]);
  const floors = new Map(products.map((product) => [product.id, floorOf(product, minimumMarginBps)]));
  const reducible = lines.map((line) => ({
    id: line.id,
    netAmount: line.netAmount,
    floorAmount: (floors.get(line.productId) ?? 0n) * BigInt(line.quantity),
  }));
  const shares = spreadReduction(reduction, reducible);
  if (shares) return shares;
  const room = reducible.reduce(
    (sum, line) => sum + (line.netAmount > line.floorAmount ? line.netAmount - line.floorAmount : 0n),
    0n,
  );
  throw orderErrors.below_floor(`The price can be lowered by ${room} at most.`, {
    pointer: '/reductionAmount',
    extra: { largestReductionAmount: Number(room) },
  });
}

async function writeReduction(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  lines: readonly OrderLine[],
  shares: readonly bigint[],
  reason: string,
) {
  // Freight stays what it was: a reduction must not make it dearer by falling under the free-from amount.
  const priced = priceBasket(
    lines.map((line, index) => ({
      ...line,
      logoAmount: logoAmountOf(
        { unitAmount: line.logoUnitAmount, setupAmount: line.logoSetupAmount },
        line.quantity,
      ),
      adjustments: [{ kind: 'staff' as const, reason, amount: line.discountAmount + (shares[index] ?? 0n) }],
    })),
    { taxRateBps: order.freightTaxRateBps, amountFor: () => order.freightAmount },
  );
  for (const [index, line] of priced.lines.entries()) {
    const amount = shares[index] ?? 0n;
    const { discountAmount, netAmount, taxAmount } = line;
    await tx
      .update(orderLines)
      .set({ discountAmount, netAmount, taxAmount })
      .where(and(eq(orderLines.shopId, ctx.shop.id), eq(orderLines.id, line.id)));
    if (amount === 0n) continue;
    const adjustment = { kind: 'staff' as const, reason, amount, createdAt: ctx.now };
    await tx
      .insert(orderAdjustments)
      .values({ shopId: ctx.shop.id, id: newId(), orderId: order.id, lineId: line.id, ...adjustment });
  }
  return priced;
}

async function afterReduction(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  { lines, discountAmount, taxAmount, totalAmount }: Awaited<ReturnType<typeof writeReduction>>,
  reason: string,
): Promise<Order> {
  const paymentState = decidePaymentState({ ...order, totalAmount });
  const isPaidNow = paymentState === 'paid';
  const updated = await updateOrder(
    tx,
    order,
    {
      discountAmount,
      taxAmount,
      totalAmount,
      paymentState,
      // What was paid in part may now be the whole price; then the order is paid like any other.
      ...(isPaidNow
        ? { status: 'paid' as const, paidAt: ctx.now, reminderDueAt: null, lapseDueAt: null }
        : {}),
    },
    ctx.now,
  );
  if (isPaidNow && order.campaigns.length > 0) await useCampaigns(tx, ctx, order.id);
  if (isPaidNow) await useEntryBudgets(tx, ctx, order.id);
  if (isPaidNow) await earnOrderPoints(tx, ctx, updated, lines);
  const subject = `${order.id}:${updated.version}`;
  await postOrderChange(tx, ctx, { kind: 'price_lowered', subject }, order, updated);
  const details = {
    reason,
    previousTotalAmount: Number(order.totalAmount),
    totalAmount: Number(totalAmount),
  };
  await addTimeline(
    tx,
    ctx,
    order.id,
    { kind: 'price_lowered', details },
    ...(isPaidNow ? [{ kind: 'paid' as const }] : []),
  );
  await appendEvents(tx, ctx, [
    eventRow(ctx, orderEvents.priceLowered, order.id, {
      ...orderSummary(updated),
      previousTotalAmount: details.previousTotalAmount,
      reason,
    }),
    ...(isPaidNow ? [eventRow(ctx, orderEvents.paid, order.id, summaryWithLines(updated, lines))] : []),
  ]);
  return (await refundSurplus(tx, ctx, updated, 'surplus')).order;
}

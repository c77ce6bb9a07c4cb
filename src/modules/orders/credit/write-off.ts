import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { refuseOpenEdit } from '../edits/read.ts';
import { orderErrors } from '../errors.ts';
import { orderEvents } from '../events.ts';
import { postOrderChange } from '../postings.ts';
import { loadWhole, lockOrder, type OrderWhole, updateOrder } from '../repository.ts';
import { amountDue } from '../rules.ts';
import { orderSummary } from '../summary.ts';
import type { Order } from '../tables.ts';
import { addTimeline } from '../timeline.ts';

interface WriteOff {
  readonly orderId: string;
  readonly reason: string;
}

/**
 * Gives up what is owed for goods that left the house: all of it, or a part. The sale stays one; what is given up is an expense, and
 * credit that it used is free again. Refusals: write_off_not_possible, write_off_too_large, order_in_edit.
 */
export async function writeOffOrder(ctx: Ctx, input: WriteOff & { amount?: number }): Promise<OrderWhole> {
  return change(ctx, input, (order) => {
    const due = amountDue(order);
    // What has not left is cancelled instead, and a prepaid order has left only when it was paid.
    if (due === 0n || order.status === 'cancelled' || order.fulfilmentState === 'unfulfilled')
      throw orderErrors.write_off_not_possible(`${due} are owed, and the order is ${order.fulfilmentState}.`);
    const amount = input.amount === undefined ? due : BigInt(input.amount);
    if (amount > due)
      throw orderErrors.write_off_too_large(`${due} are owed.`, {
        pointer: '/amount',
        extra: { dueAmount: Number(due) },
      });
    return order.writtenOffAmount + amount;
  });
}

/** Asks again for everything that was given up of an order. Refusal: write_off_not_possible. */
export async function liftWriteOff(ctx: Ctx, input: WriteOff): Promise<OrderWhole> {
  return change(ctx, input, (order) => {
    if (order.writtenOffAmount === 0n)
      throw orderErrors.write_off_not_possible('Nothing of the order is written off.');
    return 0n;
  });
}

function change(
  ctx: Ctx,
  { orderId, reason }: WriteOff,
  decide: (order: Order) => bigint,
): Promise<OrderWhole> {
  return inTransaction(ctx, async (tx) => {
    const order = await lockOrder(tx, ctx.shop.id, orderId);
    checkVersion(ctx, order);
    await refuseOpenEdit(tx, ctx.shop.id, orderId);
    const updated = await updateOrder(tx, order, { writtenOffAmount: decide(order) }, ctx.now);
    const isLifted = updated.writtenOffAmount === 0n;
    const subject = `${orderId}:${updated.version}`;
    await postOrderChange(
      tx,
      ctx,
      { kind: isLifted ? 'write_off_lifted' : 'written_off', subject },
      order,
      updated,
    );
    const details = { reason, writtenOffAmount: Number(updated.writtenOffAmount) };
    const kind = isLifted ? ('write_off_lifted' as const) : ('written_off' as const);
    await addTimeline(tx, ctx, orderId, { kind, isPublic: false, details });
    const action = isLifted ? 'liftWriteOff' : 'writeOffOrder';
    await recordAudit(tx, ctx, { action, subjectType: 'order', subjectId: orderId, details });
    await appendEvents(tx, ctx, [
      eventRow(ctx, orderEvents.writtenOff, orderId, { ...orderSummary(updated), ...details }),
    ]);
    return loadWhole(tx, updated);
  });
}

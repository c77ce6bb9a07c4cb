import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { applyEdit, dropEdit } from '../orders/edits/apply-edit.ts';
import { chargeOrder, type OrderLines } from '../orders/settle.ts';
import type { Order } from '../orders/tables.ts';
import { cancelOpenPayments } from '../payments/attempts.ts';
import { giveBackCaps } from './caps.ts';
import { releaseCoupons } from './coupons.ts';
import { sharesOf } from './pay-out.ts';
import type { WholeSettlement } from './settlement-repository.ts';

/**
 * Does to a locked order what the customer has paid for: its lines and freight cost so much more, or the edit that it pays for
 * (`editId`) is carried out.
 */
export async function applySettled(
  tx: Tx,
  ctx: Ctx,
  locked: OrderLines,
  whole: WholeSettlement,
): Promise<Order> {
  const { id, reason, editId, freightAmount } = whole.settlement;
  if (editId !== null) return (await applyEdit(tx, ctx, locked, editId)).order;
  return chargeOrder(tx, ctx, locked, { id, reason, shares: sharesOf(whole), freightAmount });
}

/**
 * Lets go of what a settlement kept that ends without money, under its order's lock: nobody can pay it any more, its part of caps
 * is free, so is a coupon, and the edit that it was to pay for is given up.
 */
export async function letGo(tx: Tx, ctx: Ctx, order: Order, { settlement }: WholeSettlement): Promise<void> {
  await cancelOpenPayments(tx, ctx, 'settlement', settlement.id);
  await releaseCoupons(tx, ctx, settlement);
  await giveBackCaps(tx, ctx, settlement);
  if (settlement.editId !== null) await dropEdit(tx, ctx, order, settlement.editId);
}

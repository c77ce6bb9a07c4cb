import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { listDueOrders } from '../loyalty/due-orders.ts';
import { earnPoints } from '../loyalty/earn.ts';
import { followPurchase, keepPoints, planActivation } from '../loyalty/follow.ts';
import type { Purchase } from '../loyalty/purchase.ts';
import { pointAccruals } from '../loyalty/tables.ts';
import type { LineMove } from './line-money-repository.ts';
import { isGiven, unitsLeftOf, valueLeftOf } from './line-rules.ts';
import { listLines, lockOrder } from './repository.ts';
import type { Order, OrderLine } from './tables.ts';

const BATCH = 200;

/** What loyalty has to know of an order that was paid, and is of a customer. */
function purchaseOf(order: Order, lines: readonly OrderLine[]): Purchase | undefined {
  const { id: orderId, customerId, paidAt, deliveredAt, pointsMultiplierBps } = order;
  if (customerId === null || paidAt === null) return undefined;
  return {
    orderId,
    customerId,
    paidAt,
    deliveredAt,
    campaignMultiplierBps: pointsMultiplierBps,
    lines: lines.map((line) => ({
      lineId: line.id,
      productId: line.productId,
      category: line.category,
      quantity: unitsLeftOf(line),
      amount: valueLeftOf(line),
      isGift: isGiven(line),
    })),
  };
}

/** A locked order was paid: its customer earns points, where they are a member. */
export async function earnOrderPoints(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  lines: readonly OrderLine[],
): Promise<void> {
  const purchase = purchaseOf(order, lines);
  if (purchase) await earnPoints(tx, ctx, purchase);
}

/** Units or money of a locked order have changed: what it earned follows. */
export async function followOrderPoints(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  lines: readonly OrderLine[],
): Promise<void> {
  const purchase = purchaseOf(order, lines);
  if (purchase) await followPurchase(tx, ctx, purchase);
}

/** What was given of a locked order's price as a favour takes no points along. */
export const keepOrderPoints = (
  tx: Tx,
  ctx: Ctx,
  order: Order,
  moves: readonly LineMove[],
): Promise<void> => {
  const favours = moves.map(({ before, after }) => ({
    lineId: before.id,
    before: valueLeftOf(before),
    after: valueLeftOf(after),
  }));
  return keepPoints(tx, ctx, order.id, favours);
};

/** A locked order has arrived, at another time than was said, or not after all. */
export async function planOrderPoints(
  tx: Tx,
  ctx: Ctx,
  { id: orderId, customerId, paidAt, deliveredAt }: Order,
): Promise<void> {
  if (customerId !== null && paidAt !== null) await planActivation(tx, ctx, { orderId, paidAt, deliveredAt });
}

/** Follows orders that were settled many at a time. Returns how many. */
async function followDueOrders(ctx: Ctx): Promise<number> {
  const due = await listDueOrders(ctx, BATCH);
  for (const orderId of due)
    await inTransaction(ctx, async (tx) => {
      const order = await lockOrder(tx, ctx.shop.id, orderId);
      await followOrderPoints(tx, ctx, order, await listLines(tx, ctx.shop.id, orderId));
    });
  return due.length;
}

export const orderPointsSweep: Sweep = {
  name: 'orders.points',
  due: pointAccruals.followDueAt,
  run: followDueOrders,
};

import { and, eq, sql } from 'drizzle-orm';
import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { prepared, preparedSql } from '../../platform/db/prepared.ts';
import { sumOf } from '../../platform/money.ts';
import { followLater } from '../loyalty/due-orders.ts';
import { postMany } from '../ledger/post.ts';
import { settleLine } from './line-rules.ts';
import { decideLegs } from './posting-rules.ts';
import { orderLines, orders } from './tables.ts';
import type { PriceChange } from './settle.ts';
import { addTimelines } from './timeline.ts';

const p = sql.placeholder;

const settleable = {
  id: orders.id,
  customerId: orders.customerId,
  status: orders.status,
  currency: orders.currency,
  totalAmount: orders.totalAmount,
  paidAmount: orders.paidAmount,
  refundedAmount: orders.refundedAmount,
  settledAmount: orders.settledAmount,
  goodwillAmount: orders.goodwillAmount,
  settledRefundAmount: orders.settledRefundAmount,
  settlingAmount: orders.settlingAmount,
  chargedAmount: orders.chargedAmount,
  creditedAmount: orders.creditedAmount,
  writtenOffAmount: orders.writtenOffAmount,
  channel: orders.channel,
  country: sql<string | null>`${orders.shippingAddress} ->> 'country'`,
  placedAt: orders.placedAt,
  paidAt: orders.paidAt,
  shippedAt: orders.shippedAt,
  deliveredAt: orders.deliveredAt,
};
const ofMany = and(eq(orders.shopId, p('shopId')), sql`${orders.id} = any(${p('ids')}::uuid[])`);
const selectMany = prepared('select_settleable_orders', (db) =>
  db.select(settleable).from(orders).where(ofMany).orderBy(orders.id),
);
// In the order of their ids, like everything that locks more than one order; the lines come after their order's lock.
const lockMany = prepared('lock_settleable_orders', (db) =>
  db.select(settleable).from(orders).where(ofMany).orderBy(orders.id).for('no key update'),
);

/** What a settlement has to know of an order. */
export type SettleableOrder = Awaited<ReturnType<typeof selectMany>>[number];

/** Orders as they are, in the order of their ids. By the primary key. */
export const readOrdersToSettle = (
  on: Reader,
  shopId: string,
  ids: readonly string[],
): Promise<readonly SettleableOrder[]> => selectMany(on, { shopId, ids });

/** The same under their locks. */
export const lockOrdersToSettle = (
  tx: Tx,
  shopId: string,
  ids: readonly string[],
): Promise<readonly SettleableOrder[]> => lockMany(tx, { shopId, ids });

// By order_lines_position_key.
const selectLines = prepared('select_settleable_lines', (db) =>
  db
    .select({
      id: orderLines.id,
      orderId: orderLines.orderId,
      productId: orderLines.productId,
      category: orderLines.category,
      quantity: orderLines.quantity,
      listUnitAmount: orderLines.listUnitAmount,
      cancelledQuantity: orderLines.cancelledQuantity,
      returnedQuantity: orderLines.returnedQuantity,
      netAmount: orderLines.netAmount,
      taxRateBps: orderLines.taxRateBps,
      taxAmount: orderLines.taxAmount,
      settledAmount: orderLines.settledAmount,
      chargedAmount: orderLines.chargedAmount,
      creditedAmount: orderLines.creditedAmount,
      valuedQuantity: orderLines.valuedQuantity,
      valuedAmount: orderLines.valuedAmount,
      giftCampaignId: orderLines.giftCampaignId,
      giftGrantId: orderLines.giftGrantId,
      isFlashSale: orderLines.isFlashSale,
      logoUnitAmount: orderLines.logoUnitAmount,
      logoSetupAmount: orderLines.logoSetupAmount,
    })
    .from(orderLines)
    .where(
      and(
        eq(orderLines.shopId, p('shopId')),
        sql`${orderLines.orderId} = any(${p('orderIds')}::uuid[])`,
        sql`(${p('productIds')}::uuid[] is null or ${orderLines.productId} = any(${p('productIds')}::uuid[]))`,
      ),
    )
    .orderBy(orderLines.orderId, orderLines.position),
);

/** What a settlement has to know of a line. */
export type SettleableLine = Awaited<ReturnType<typeof selectLines>>[number];

/** The lines of orders: of these products, or all when null. */
export const listLinesToSettle = (
  on: Reader,
  shopId: string,
  orderIds: readonly string[],
  productIds: readonly string[] | null,
): Promise<readonly SettleableLine[]> => selectLines(on, { shopId, orderIds, productIds });

/** A settlement that was accepted, with the order and the lines that it touches as they were read under the order's lock. */
export interface AcceptedSettlement extends Omit<PriceChange, 'freightAmount'> {
  readonly order: SettleableOrder;
  readonly lines: readonly SettleableLine[];
}

/**
 * What acceptOnOrder does, for many locked orders, each with one settlement: the same rules, and one statement for each table
 * instead of several for each order. The money of each stands in clearing until payFromOrder sets it on its way.
 */
export async function acceptOnOrders(
  tx: Tx,
  ctx: Ctx,
  accepted: readonly AcceptedSettlement[],
): Promise<void> {
  if (accepted.length === 0) return;
  const settled = accepted.map((settlement) => ({
    ...settlement,
    amount: sumOf(settlement.shares.map(({ amount }) => amount)),
  }));
  await writeLines(tx, ctx, accepted);
  const ids = settled.map(({ order }) => order.id);
  const amounts = settled.map(({ amount }) => amount);
  const raised = await raiseOrders(tx, [ctx.shop.id, ids, amounts, ctx.now]);
  if (raised.length !== settled.length) throw new Error('an order is settled twice, or is not there');
  const transfers = settled.map(({ order, amount, id }) => {
    const after = { ...order, settledAmount: order.settledAmount + amount };
    return { kind: 'settlement', subject: id, legs: decideLegs(order.id, order, after) };
  });
  await postMany(tx, ctx, transfers);
  await followLater(tx, ctx, ids);
  const entries = settled.map(({ order, amount, id, reason }) => ({
    orderId: order.id,
    details: { amount: Number(amount), direction: 'to_customer', reason, settlementId: id },
  }));
  await addTimelines(tx, ctx, 'settled', entries);
}

// A request that had to wait for the lock began before the change that it waited for: an order does not become younger.
const raiseOrders = preparedSql<{ id: string }>(
  'settle_many_orders',
  `update orders o set settled_amount = o.settled_amount + s.amount, settling_amount = o.settling_amount + s.amount,
     version = o.version + 1, updated_at = greatest(o.updated_at, $4::timestamptz)
   from unnest($2::uuid[], $3::int8[]) as s (id, amount) where o.shop_id = $1 and o.id = s.id returning o.id`,
);

// Guarded: a line has to be as it was read, whatever was decided meanwhile.
const settleLines = preparedSql<{ id: string }>(
  'settle_many_lines',
  `update order_lines l set settled_amount = s.settled, valued_quantity = s.units, valued_amount = s.value
   from unnest($2::uuid[], $3::int8[], $4::int8[], $5::int[], $6::int8[]) as s (id, before, settled, units, value)
   where l.shop_id = $1 and l.id = s.id and l.settled_amount = s.before returning l.id`,
);

async function writeLines(tx: Tx, ctx: Ctx, accepted: readonly AcceptedSettlement[]): Promise<void> {
  const moves = accepted.flatMap(({ id, lines, shares }) =>
    shares.map(({ lineId, amount }) => {
      const before = lines.find((line) => line.id === lineId);
      const after = before && settleLine(before, amount);
      if (!before || !after) throw new Error(`settlement ${id} is more than line ${lineId} can take`);
      return { before, after };
    }),
  );
  const written = await settleLines(tx, [
    ctx.shop.id,
    moves.map(({ after }) => after.id),
    moves.map(({ before }) => before.settledAmount),
    moves.map(({ after }) => after.settledAmount),
    moves.map(({ after }) => after.valuedQuantity),
    moves.map(({ after }) => after.valuedAmount),
  ]);
  if (written.length !== moves.length) throw new Error('a line is not as it was read under its order’s lock');
}

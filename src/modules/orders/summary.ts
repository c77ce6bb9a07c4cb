import { unitsLeftOf, valueLeftOf } from './line-rules.ts';
import { netTotalOf } from './rules.ts';
import type { Order, OrderLine } from './tables.ts';

/** What every event of an order tells. */
export const orderSummary = (order: Order) => ({
  number: order.number,
  customerId: order.customerId,
  channel: order.channel,
  status: order.status,
  currency: order.currency,
  totalAmount: Number(order.totalAmount),
  paidAmount: Number(order.paidAmount),
  refundedAmount: Number(order.refundedAmount),
  placedAt: order.placedAt.toISOString(),
});

/** The same with the lines. */
export const summaryWithLines = (order: Order, lines: readonly OrderLine[]) => ({
  ...orderSummary(order),
  lines: lines.map(lineSummary),
});

/** The same with what is left of the lines. */
export const summaryWithRemainders = (order: Order, lines: readonly OrderLine[]) => ({
  ...orderSummary(order),
  creditedAmount: Number(order.creditedAmount),
  netTotalAmount: Number(netTotalOf(order)),
  lines: lines.map((line) => ({
    lineId: line.id,
    ...lineSummary(line),
    remainingQuantity: unitsLeftOf(line),
    remainingAmount: Number(valueLeftOf(line)),
  })),
});

const lineSummary = (line: OrderLine) => ({
  productId: line.productId,
  category: line.category,
  quantity: line.quantity,
  netAmount: Number(line.netAmount),
});
